; The entry function: blocks of runs, each from its initial values through every moment.
define i32 @$ENTRY(ptr %work, ptr %fixed, ptr %slots, ptr %values, $IDX %varied, $IDX %stride, $IDX %runs,
    ptr %times, ptr %rows, $IDX %moments, $IDX %saved_rows, $IDX %method, $REAL %h, ptr %outputs, $IDX %wanted,
    ptr %out, $IDX %first, ptr %marks, $IDX %marked, ptr %kept$TABLE) #0 {
entry:
$POINTERS
  %apart = mul $IDX %saved_rows, %wanted
  %far = mul $IDX %apart, $LANES
  %last = sub $IDX %moments, 1
  %initial = load $REAL, ptr %times, align $BYTES
  %plain = icmp eq $IDX %method, 0
  %resumes = icmp ne $IDX %first, 0
  %marking = icmp ne $IDX %marked, 0
  br label %block
block:
  %r = phi $IDX [0, %entry], [%r1, %finished]
  %into = phi ptr [%out, %entry], [%into1, %finished]
  %from = getelementptr $REAL, ptr %values, $IDX %r
  %left = sub $IDX %runs, %r
  %fewer = icmp ult $IDX %left, $LANES
  %lanes = select i1 %fewer, $IDX %left, $IDX $LANES
  %alone = icmp eq $IDX %left, 1
  call void @give(ptr %work, ptr %fixed, $IDX $GIVEN, ptr %slots, ptr %from, $IDX %varied, $IDX %stride)
  call void @once(ptr %work)
  call void @splat(ptr %time, $REAL %initial)
  call void @start(ptr %work)
  %broken = call i32 @fits(ptr %work)
  %fits = icmp eq i32 %broken, 0
  br i1 %fits, label %ready, label %refused
ready:
$CLEARED  br i1 %resumes, label %resume, label %moment
resume:
  %known = call ptr @place(ptr %kept, ptr %marks, $IDX %first, $IDX %r, $IDX %marked)
  call void @copy(ptr %stocks, ptr %known, $IDX $STOCKS)
$CARRIED_ON  br label %moment
moment:
  %k = phi $IDX [0, %ready], [%first, %resume], [%k1, %moved]
  %tp = getelementptr $REAL, ptr %times, $IDX %k
  %t = load $REAL, ptr %tp, align $BYTES
  call void @splat(ptr %time, $REAL %t)
  br i1 %marking, label %marked_moment, label %unmarked
marked_moment:
  %place = call ptr @place(ptr %kept, ptr %marks, $IDX %k, $IDX %r, $IDX %marked)
  %nowhere = icmp eq ptr %place, null
  br i1 %nowhere, label %unmarked, label %keeping
keeping:
  call void @copy(ptr %place, ptr %stocks, $IDX $STOCKS)
$KEEP_CARRIED  br label %unmarked
unmarked:
$EXOGENOUS
evaluating:
  %rp = getelementptr i32, ptr %rows, $IDX %k
  %row = load i32, ptr %rp, align 4
  %keep = icmp sge i32 %row, 0
  br i1 %keep, label %saving, label %passing
saving:
$FULL
saved_values:
  %row64 = sext i32 %row to i64
  %rowx = $ROW_INDEX
  %rowat = mul $IDX %rowx, %wanted
  %dst = getelementptr $REAL, ptr %into, $IDX %rowat
  call void @save(ptr %work, ptr %outputs, $IDX %wanted, ptr %dst, $IDX %lanes, $IDX %apart)
  br label %evaluated
passing:
$LEAN
evaluated:
  %over = icmp eq $IDX %k, %last
  br i1 %over, label %finished, label %step
step:
  br i1 %plain, label %straight, label %curved
straight:
  call void @euler(ptr %work, $REAL %h)
  call void @copy(ptr %jumpers, ptr %jumps, $IDX $DISCRETE)
  br label %moved
curved:
  call void @runge_kutta(ptr %work, $REAL %t, $REAL %h)
  br label %moved
moved:
  %k1 = add $IDX %k, 1
  br label %moment
finished:
  %into1 = getelementptr $REAL, ptr %into, $IDX %far
  %r1 = add $IDX %r, $LANES
  %more = icmp ult $IDX %r1, %runs
  br i1 %more, label %block, label %done
done:
  ret i32 0
refused:
  ret i32 %broken
}
