; What the integration loop calls: move (to = from + rate * h), copy, place (where a moment's stocks are kept), splat
; (a scalar into every lane), give (constants into working memory) and save (outputs out of it).
define internal void @move(ptr %to, ptr %from, ptr %rate, $REAL %h, $IDX %n) #0 {
entry:
  %h0 = insertelement $VEC poison, $REAL %h, i32 0
  %hs = shufflevector $VEC %h0, $VEC poison, $ZEROS
  %none = icmp eq $IDX %n, 0
  br i1 %none, label %done, label %loop
loop:
  %i = phi $IDX [0, %entry], [%next, %loop]
  %a = getelementptr $VEC, ptr %from, $IDX %i
  %b = getelementptr $VEC, ptr %rate, $IDX %i
  %c = getelementptr $VEC, ptr %to, $IDX %i
  %x = load $VEC, ptr %a, align $ALIGN
  %r = load $VEC, ptr %b, align $ALIGN
  %m = fmul $VEC %r, %hs
  %y = fadd $VEC %x, %m
  store $VEC %y, ptr %c, align $ALIGN
  %next = add $IDX %i, 1
  %more = icmp ult $IDX %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
define internal void @copy(ptr %to, ptr %from, $IDX %n) #0 {
entry:
  %none = icmp eq $IDX %n, 0
  br i1 %none, label %done, label %loop
loop:
  %i = phi $IDX [0, %entry], [%next, %loop]
  %a = getelementptr $VEC, ptr %from, $IDX %i
  %c = getelementptr $VEC, ptr %to, $IDX %i
  %x = load $VEC, ptr %a, align $ALIGN
  store $VEC %x, ptr %c, align $ALIGN
  %next = add $IDX %i, 1
  %more = icmp ult $IDX %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
define internal ptr @place(ptr %kept, ptr %marks, $IDX %k, $IDX %r, $IDX %marked) #0 {
entry:
  %vector = udiv $IDX %r, $LANES
  %before = mul $IDX %vector, %marked
  %size = mul $IDX %before, $KEPT
  %block = getelementptr $VEC, ptr %kept, $IDX %size
  %mp = getelementptr i32, ptr %marks, $IDX %k
  %mark = load i32, ptr %mp, align 4
  %there = icmp sge i32 %mark, 0
  %skip = mul i32 %mark, $KEPT
  %at = getelementptr $VEC, ptr %block, i32 %skip
  %place = select i1 %there, ptr %at, ptr null
  ret ptr %place
}
define internal void @splat(ptr %to, $REAL %x) #0 {
entry:
  %v0 = insertelement $VEC poison, $REAL %x, i32 0
  %v = shufflevector $VEC %v0, $VEC poison, $ZEROS
  store $VEC %v, ptr %to, align $ALIGN
  ret void
}
define internal void @give(ptr %work, ptr %fixed, $IDX %given, ptr %slots, ptr %values, $IDX %varied, $IDX %stride) #0 {
entry:
  %none = icmp eq $IDX %given, 0
  br i1 %none, label %second, label %loop
loop:
  %i = phi $IDX [0, %entry], [%next, %loop]
  %a = getelementptr $REAL, ptr %fixed, $IDX %i
  %x = load $REAL, ptr %a, align $BYTES
  %c = getelementptr $VEC, ptr %work, $IDX %i
  call void @splat(ptr %c, $REAL %x)
  %next = add $IDX %i, 1
  %more = icmp ult $IDX %next, %given
  br i1 %more, label %loop, label %second
second:
  %nothing = icmp eq $IDX %varied, 0
  br i1 %nothing, label %done, label %vary
vary:
  %k = phi $IDX [0, %second], [%k1, %vary]
  %from = phi ptr [%values, %second], [%from1, %vary]
  %sp = getelementptr i32, ptr %slots, $IDX %k
  %s = load i32, ptr %sp, align 4
  %to = getelementptr $VEC, ptr %work, i32 %s
  %v = load $VEC, ptr %from, align $BYTES
  store $VEC %v, ptr %to, align $ALIGN
  %from1 = getelementptr $REAL, ptr %from, $IDX %stride
  %k1 = add $IDX %k, 1
  %again = icmp ult $IDX %k1, %varied
  br i1 %again, label %vary, label %done
done:
  ret void
}
define internal void @save(ptr %work, ptr %outputs, $IDX %wanted, ptr %out, $IDX %lanes, $IDX %apart) #0 {
entry:
  %none = icmp eq $IDX %wanted, 0
  br i1 %none, label %done, label %lane
lane:
  %l = phi $IDX [0, %entry], [%l1, %filled]
  %dst = phi ptr [%out, %entry], [%dst1, %filled]
  %src = getelementptr $REAL, ptr %work, $IDX %l
  br label %output
output:
  %j = phi $IDX [0, %lane], [%j1, %output]
  %sp = getelementptr i32, ptr %outputs, $IDX %j
  %s = load i32, ptr %sp, align 4
  %at = mul i32 %s, $LANES
  %p = getelementptr $REAL, ptr %src, i32 %at
  %x = load $REAL, ptr %p, align $BYTES
  %q = getelementptr $REAL, ptr %dst, $IDX %j
  store $REAL %x, ptr %q, align $BYTES
  %j1 = add $IDX %j, 1
  %again = icmp ult $IDX %j1, %wanted
  br i1 %again, label %output, label %filled
filled:
  %dst1 = getelementptr $REAL, ptr %dst, $IDX %apart
  %l1 = add $IDX %l, 1
  %more = icmp ult $IDX %l1, %lanes
  br i1 %more, label %lane, label %done
done:
  ret void
}
