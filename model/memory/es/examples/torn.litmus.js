const q = new BigInt64Array(new SharedArrayBuffer(8));

function writer() {
  q[0] = 0x1_0000_0001n;
}

function reader() {
  const seen = q[0];
}

exists(reader.seen === 1n);
