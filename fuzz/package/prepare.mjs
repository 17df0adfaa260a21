// Run by npm when a checkout is installed: the library of peer pools is there to be imported by its name.
import { buildPeers } from "./build-peers.ts";

buildPeers();
