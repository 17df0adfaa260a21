const x = new Int32Array(new SharedArrayBuffer(4));
const y = new Int32Array(new SharedArrayBuffer(4));

function left() {
  Atomics.store(x, 0, 1);
  const seen = Atomics.load(y, 0);
}

function right() {
  Atomics.store(y, 0, 1);
  const seen = Atomics.load(x, 0);
}

exists(left.seen === 0 && right.seen === 0);
