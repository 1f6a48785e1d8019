import { createServer } from 'node:http';
import { answerUsage } from '/work/main/test/bench/voice-usage.ts';
const impl = process.env.IMPL ?? 'framed';
const { acceptSocket: accept } =
  impl === 'framed'
    ? await import('/work/main/adapters/websocket/accept-socket.ts')
    : await import('/work/main/adapters/websocket/accept-socket.ts').then((m) => ({ acceptSocket: m.acceptSocket }));
const { connectSocket: connect } =
  impl === 'framed'
    ? await import('/work/main/adapters/websocket/connect-socket.ts')
    : await import('/work/main/adapters/websocket/connect-socket.ts').then((m) => ({ connectSocket: m.connectSocket }));
const modelUrl = process.argv[2] as string;
const server = createServer();
const setup = {
  type: 'session.update',
  session: {
    type: 'realtime',
    instructions: 'Answer',
    audio: {
      input: { format: { type: 'audio/pcmu' }, turn_detection: { type: 'server_vad' } },
      output: { format: { type: 'audio/pcmu' } },
    },
  },
};
const aHead = Buffer.from('{"type":"input_audio_buffer.append","audio":"'),
  aTail = Buffer.from('"}');
const mTail = Buffer.from('"}}');
server.on('upgrade', (q, s, h) => {
  const caller = accept(q, s, h, { maxMessageBytes: 1e6 })!;
  let model: any;
  let head: Buffer;
  connect(modelUrl, { handshakeTimeoutMs: 5000, maxMessageBytes: 1e6 }).then((m) => {
    model = m;
    m.send(JSON.stringify(setup));
    m.send(JSON.stringify({ type: 'response.create' }));
    m.onMessage = (b) => {
      const d = b.indexOf('"delta":"');
      if (d < 0 || b.indexOf('{"type":"response.output_audio.delta"') !== 0) {
        JSON.parse(b.toString());
        return;
      }
      caller.sendParts(head, b.subarray(d + 9, b.indexOf(34, d + 9)), mTail);
    };
  });
  caller.onMessage = (b) => {
    const p = b.indexOf('"payload":"');
    if (p < 0) {
      const e = JSON.parse(b.toString());
      if (e.event === 'start')
        head = Buffer.from(`{"event":"media","streamSid":"${e.start.streamSid}","media":{"payload":"`);
      return;
    }
    model?.sendParts(aHead, b.subarray(p + 11, b.indexOf(34, p + 11)), aTail);
  };
  caller.onClose = () => model?.close(1000);
});
server.listen(0, '127.0.0.1', () => answerUsage(server));
