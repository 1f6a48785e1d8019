import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { answerUsage } from './voice-usage.ts';

/** The bare relay that everything is measured by: `ws`, JSON in, JSON out, and no logic whatever. */
const modelUrl = process.argv[2] as string;
const options = { perMessageDeflate: false };
const server = createServer();
const sockets = new WebSocketServer({ server, path: '/twilio/media', ...options });

const setup = {
  type: 'session.update',
  session: {
    type: 'realtime',
    output_modalities: ['audio'],
    instructions: 'Answer the telephone.',
    audio: {
      input: { format: { type: 'audio/pcmu' }, turn_detection: { type: 'server_vad' } },
      output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
    },
  },
};

sockets.on('connection', (caller) => {
  let streamSid: string | undefined;
  const model = new WebSocket(modelUrl, options);
  model.on('open', () => {
    model.send(JSON.stringify(setup));
    model.send(JSON.stringify({ type: 'response.create' }));
  });
  caller.on('message', (message: Buffer) => {
    const event = JSON.parse(message.toString());
    if (event.event === 'start') streamSid = event.start.streamSid;
    if (event.event !== 'media' || model.readyState !== WebSocket.OPEN) return;
    model.send(JSON.stringify({ type: 'input_audio_buffer.append', audio: event.media.payload }));
  });
  model.on('message', (message: Buffer) => {
    const event = JSON.parse(message.toString());
    if (event.type !== 'response.output_audio.delta') return;
    caller.send(JSON.stringify({ event: 'media', streamSid, media: { payload: event.delta } }));
  });
  caller.on('close', () => model.close());
  model.on('close', () => caller.close());
  // A close follows.
  for (const socket of [caller, model]) socket.on('error', () => undefined);
});

server.listen(0, '127.0.0.1', () => answerUsage(server));
