import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";
import { Channel } from "./channel.ts";

export default sharedMemory({
  name: "channel-right",
  about: "a host sends a worker two requests",
  setUp: () => new Channel(new Int32Array(new SharedArrayBuffer(8))),
  threads: {
    host: (channel) => [channel.ask(3), channel.ask(4)],
    worker(channel) {
      channel.serve((question) => question * 10);
      channel.serve((question) => question * 10);
    },
  },
  after: ({ host }) => host.join() === "30,40",
});
