const x = new Int32Array(new SharedArrayBuffer(4));

function writer() {
  Atomics.store(x, 0, 1);
}

function reader() {
  const first = x[0];
  const second = Atomics.load(x, 0);
}

exists(reader.first === 1 && reader.second === 0);
