// Takes TLS off: whatever comes to its port goes to the address on its standard input, and back. It ends
// with whoever started it.
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { createServer } from "node:tls";

let upstream;
const server = createServer({ key: process.env.TLS_KEY, cert: process.env.TLS_CERTIFICATE }, (socket) => {
  const onwards = connect(upstream);
  for (const end of [socket, onwards]) end.on("error", () => { socket.destroy(); onwards.destroy(); });
  socket.pipe(onwards).pipe(socket);
});
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
createInterface({ input: process.stdin })
  .on("line", (line) => { upstream = { host: "127.0.0.1", port: Number(line) }; })
  .on("close", () => process.exit());
