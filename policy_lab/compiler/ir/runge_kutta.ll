; One step of the classic fourth-order Runge-Kutta method, from the rates at its start. Discrete stocks jump once, at
; the end of the step, and stand still in between.
define internal void @runge_kutta(ptr %work, $REAL %t, $REAL %h) #0 {
entry:
$POINTERS
  %half = fmul $REAL %h, 5.0e-1
  %sixth = fdiv $REAL %h, 6.0
  %middle = fadd $REAL %t, %half
  %end = fadd $REAL %t, %h
  call void @copy(ptr %saved, ptr %stocks, $IDX $CONTINUOUS)
  call void @copy(ptr %sum, ptr %rates, $IDX $CONTINUOUS)
  call void @copy(ptr %held, ptr %jumps, $IDX $DISCRETE)
  call void @move(ptr %stocks, ptr %saved, ptr %rates, $REAL %half, $IDX $CONTINUOUS)
  call void @splat(ptr %time, $REAL %middle)
${UPDATE_EXOGENOUS}  call void @lean(ptr %work)
  call void @move(ptr %sum, ptr %sum, ptr %rates, $REAL 2.0, $IDX $CONTINUOUS)
  call void @move(ptr %stocks, ptr %saved, ptr %rates, $REAL %half, $IDX $CONTINUOUS)
  call void @lean(ptr %work)
  call void @move(ptr %sum, ptr %sum, ptr %rates, $REAL 2.0, $IDX $CONTINUOUS)
  call void @move(ptr %stocks, ptr %saved, ptr %rates, $REAL %h, $IDX $CONTINUOUS)
  call void @splat(ptr %time, $REAL %end)
${UPDATE_EXOGENOUS}  call void @lean(ptr %work)
  call void @move(ptr %sum, ptr %sum, ptr %rates, $REAL 1.0, $IDX $CONTINUOUS)
  call void @move(ptr %stocks, ptr %saved, ptr %sum, $REAL %sixth, $IDX $CONTINUOUS)
  call void @copy(ptr %jumpers, ptr %held, $IDX $DISCRETE)
  ret void
}
