; The table of exogenous variables: several moments in the lanes of a vector.
define void @$EXOGENOUS_ENTRY(ptr %work, ptr %fixed, ptr %times, $IDX %moments, ptr %table) #0 {
entry:
  %time = getelementptr $VEC, ptr %work, $IDX $GIVEN
  call void @give(ptr %work, ptr %fixed, $IDX $GIVEN, ptr null, ptr null, $IDX 0, $IDX 0)
  call void @once(ptr %work)
  br label %moment
moment:
  %k = phi $IDX [0, %entry], [%k1, %moment]
  %row = phi ptr [%table, %entry], [%row1, %moment]
  %tp = getelementptr $REAL, ptr %times, $IDX %k
  %t = load $VEC, ptr %tp, align $BYTES
  store $VEC %t, ptr %time, align $ALIGN
  call void @outside(ptr %work)
  call void @put_down(ptr %work, ptr %row)
  %k1 = add $IDX %k, $LANES
  %row1 = getelementptr $REAL, ptr %row, $IDX $TABLE_STRIDE
  %more = icmp ult $IDX %k1, %moments
  br i1 %more, label %moment, label %done
done:
  ret void
}
