const data = new Int32Array(new SharedArrayBuffer(4));
const flag = new Int32Array(new SharedArrayBuffer(4));

function writer() {
  data[0] = 42;
  Atomics.store(flag, 0, 1);
}

function reader() {
  const ready = Atomics.load(flag, 0);
  const value = data[0];
}

exists(reader.ready === 1 && reader.value === 0);
