const flag = new Int32Array(new SharedArrayBuffer(4));

function sleeper() {
  const result = Atomics.wait(flag, 0, 0);
}

function waker() {
  const woken = Atomics.notify(flag, 0);
  Atomics.store(flag, 0, 1);
}

exists(sleeper.result === undefined);
