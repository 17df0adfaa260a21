/**
 * A host sends a request and a worker responds, over one flag word (0 idle, 1 requested, 2 responded) and a message.
 */
export class Channel {
  readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  ask(question: number): number {
    Atomics.store(this.words, 1, question);
    this.setFlag(1);
    while (Atomics.load(this.words, 0) !== 2) Atomics.wait(this.words, 0, 1);
    const response = Atomics.load(this.words, 1);
    this.setFlag(0);
    return response;
  }

  serve(respond: (question: number) => number): void {
    let flag: number;
    while ((flag = Atomics.load(this.words, 0)) !== 1) Atomics.wait(this.words, 0, flag);
    this.respond(respond(Atomics.load(this.words, 1)));
  }

  protected respond(response: number): void {
    Atomics.store(this.words, 1, response);
    this.setFlag(2);
  }

  protected setFlag(flag: number): void {
    Atomics.store(this.words, 0, flag);
    Atomics.notify(this.words, 0);
  }
}

/** Sets the flag before the response is stored. */
export class EagerChannel extends Channel {
  protected override respond(response: number): void {
    this.setFlag(2);
    Atomics.store(this.words, 1, response);
  }
}
