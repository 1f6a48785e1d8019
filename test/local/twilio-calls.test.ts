import { booksInFrench } from '#local/scenarios/books-in-french.ts';
import { bargesIn } from '#local/scenarios/barges-in.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import { accountSid, connect, type OurStream, startWorld, type World } from './twilio-world.ts';

let world: World;
afterEach(() => world.stop());

const textsOf = (steps: readonly TimelineStep[], name: 'hears' | 'says' | 'warning') =>
  steps.flatMap((step) => (step.step === name ? [(step.detail as { text: string }).text] : []));

/** Answers each thing the caller says with the next of these. */
const answering =
  (lines: string[], greeting = 'Bonjour, vous êtes bien à la Clinique du Lac.') =>
  (stream: OurStream) => {
    stream.say(greeting, 'greeting');
    let known = 0;
    stream.socket.on('message', () => {
      if (stream.ear.heard.length === known || stream.ear.silentMs < 60) return;
      known = stream.ear.heard.length;
      const line = lines.shift();
      if (line) stream.say(line);
    });
  };

const ringThenHangUp = (voiceUrl: string, path: string) =>
  path === '/api/twilio/incoming-call'
    ? connect(voiceUrl)
    : path === '/after'
      ? '<Response><Hangup/></Response>'
      : { status: 204 };

test('a call is spoken to its end: rung and streamed with signatures, heard in real words, reported when it is over', async () => {
  world = await startWorld(
    ({ path }, voiceUrl) => ringThenHangUp(voiceUrl, path),
    answering(['Oui, dans une semaine.', 'Entendu.', 'Au revoir.']),
  );
  const steps = await world.call('two-hundred-at-once');

  expect(world.refused).toEqual([]);
  const [stream] = world.streams;
  expect(stream).toMatchObject({
    token: 'a-token-of-one-use',
    messages: [
      { event: 'connected', protocol: 'Call', version: '1.0.0' },
      {
        event: 'start',
        sequenceNumber: '1',
        start: {
          accountSid,
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      },
      { event: 'mark', mark: { name: 'greeting' } },
      { event: 'stop' },
    ],
  });
  expect(textsOf(steps, 'hears').slice(0, 2)).toEqual([
    'Bonjour, vous êtes bien à la Clinique du Lac.',
    'Oui, dans une semaine.',
  ]);
  expect(stream?.ear.text()).toBe(textsOf(steps, 'says').join(' '));
  expect(textsOf(steps, 'warning')).toEqual([]);
  expect(world.forms('/api/twilio/incoming-call')).toMatchObject([
    { CallSid: stream?.callSid, CallStatus: 'ringing', To: '+12025550142' },
  ]);
  expect(world.forms('/stream-status').map(({ StreamEvent }) => StreamEvent)).toEqual([
    'stream-started',
    'stream-stopped',
  ]);
  const [status, ...more] = world.forms('/api/twilio/call-status');
  expect(more).toEqual([]);
  expect(status).toMatchObject({
    CallSid: stream?.callSid,
    CallStatus: 'completed',
    CallDuration: expect.stringMatching(/^\d+$/),
  });
  expect(steps.at(-1)).toMatchObject({ step: 'finished', detail: { status: 'completed' } });
});

test('who breaks in is heard at once; what is cleared is not heard any more and its marks come back', async () => {
  const long = (bargesIn.talks.fr?.script[2] as { text: string }).text;
  world = await startWorld(
    ({ path }, voiceUrl) => ringThenHangUp(voiceUrl, path),
    (stream) => {
      stream.say('Bonjour, ici la clinique.');
      let step = 0;
      stream.socket.on('message', () => {
        if (step === 0 && stream.ear.text().includes('chez vous ?')) {
          step = 1;
          stream.say(long, 'long');
        } else if (step === 1 && stream.ear.text().includes('Pardon,')) {
          step = 2;
          stream.send({ event: 'clear' });
        } else if (step === 2 && stream.ear.text().endsWith('matin.')) {
          step = 3;
          stream.socket.close(1000);
        }
      });
    },
  );
  const steps = await world.call('barges-in');
  const cut = steps.find((step) => step.step === 'hears' && step.detail.cut);
  expect(long.startsWith((cut?.detail as { text: string }).text)).toBe(true);
  expect((cut?.detail as { text: string }).text.length).toBeLessThan(long.length);
  const [barge] = steps.filter((step) => step.step === 'barge-in');
  expect(barge?.detail).toMatchObject({ staleWords: 0, clearedAfterMs: expect.any(Number) });
  expect(world.streams[0]?.messages).toContainEqual(expect.objectContaining({ event: 'mark', mark: { name: 'long' } }));
  // We closed the stream: what comes next was asked for.
  expect(world.forms('/after')).toMatchObject([{ CallStatus: 'in-progress' }]);
});

test('a broken stream is told of, and the call goes on where the action says', async () => {
  world = await startWorld(
    ({ path }, voiceUrl) =>
      path === '/after' && world.streams.length === 1 ? connect(voiceUrl, 'second') : ringThenHangUp(voiceUrl, path),
    (stream) => {
      if (stream.token !== 'second') stream.socket.terminate();
      else answering(['Un.', 'Deux.'], 'Vous êtes bien à la Clinique du Lac.')(stream);
    },
  );
  const steps = await world.call('two-hundred-at-once');
  expect(
    world.forms('/stream-status').map(({ StreamEvent, StreamError }) => [StreamEvent, StreamError]),
  ).toContainEqual(['stream-error', 'Stream - WebSocket - Connection Broken Pipe']);
  expect(steps.filter(({ step }) => step === 'connected')).toHaveLength(2);
  expect(textsOf(steps, 'says')[0]).toBe('Bonjour, puis-je venir sans rendez-vous pour un vaccin ?');
});

test('without the action after a break the call waits, until it is given new instructions by REST', async () => {
  world = await startWorld(
    ({ path, form }, voiceUrl) => {
      if (form.StreamEvent === 'stream-error') {
        void world.rest('POST', `/Calls/${form.CallSid}.json`, { Url: `${world.url}/again`, Method: 'POST' });
      }
      return path === '/again'
        ? '<Response><Say>Je vous passe quelqu’un.</Say><Hangup/></Response>'
        : ringThenHangUp(voiceUrl, path);
    },
    (stream) => stream.socket.terminate(),
  );
  const steps = await world.call('two-hundred-at-once', { actionAfterBreak: false });
  expect(world.forms('/after')).toEqual([]);
  expect(textsOf(steps, 'hears')).toEqual(['Je vous passe quelqu’un.']);
});

test('a caller who is asked for a number gives it by keypad; a transfer nobody picks up comes back', async () => {
  world = await startWorld(({ path, form }) => {
    switch (path) {
      case '/api/twilio/incoming-call':
        return '<Response><Dial action="/dialled" timeout="20"><Number>+12025550171</Number></Dial></Response>';
      case '/dialled':
        return `<Response><Gather input="dtmf" finishOnKey="#" action="/keys" actionOnEmptyResult="true"><Say>${form.DialCallStatus}</Say></Gather></Response>`;
      case '/keys':
        return `<Response><Say>Merci</Say><Shout/></Response>`;
      default:
        return { status: 204 };
    }
  });
  const steps = await world.call('two-hundred-at-once');
  expect(textsOf(steps, 'hears')).toEqual(['no-answer', 'Merci']);
  expect(world.forms('/keys')).toMatchObject([{ Digits: '12025550188' }]);
  expect(textsOf(steps, 'warning')).toEqual(['12200: <Shout> is no verb this stand-in knows']);
});

test('an answer that is no TwiML ends the call with words everybody knows', async () => {
  world = await startWorld(({ path }) =>
    path === '/api/twilio/incoming-call' ? { status: 200, body: 'Bonjour', type: 'text/plain' } : { status: 204 },
  );
  const steps = await world.call(booksInFrench.name);
  expect(textsOf(steps, 'warning')).toEqual([expect.stringContaining('12300')]);
  expect(world.forms('/api/twilio/call-status')).toHaveLength(1);
});

test.each(['<Response><Say>Trop tard</Say></Response>', { status: 500 }])(
  'a call that ends while it is asked what comes next is over, whatever is answered',
  async (answer) => {
    world = await startWorld(async ({ path, form }) => {
      if (path !== '/api/twilio/incoming-call') return { status: 204 };
      await world.rest('POST', `/Calls/${form.CallSid}.json`, { Status: 'canceled' });
      return answer;
    });
    const steps = await world.call('two-hundred-at-once');
    expect(steps.at(-1)).toMatchObject({ step: 'finished', detail: { status: 'canceled' } });
    expect(textsOf(steps, 'hears')).toEqual([]);
  },
);

test('a rejected call is not answered', async () => {
  world = await startWorld(({ path }) =>
    path === '/api/twilio/incoming-call' ? '<Response><Reject reason="busy"/></Response>' : { status: 204 },
  );
  const steps = await world.call('wrong-number');
  expect(steps.map(({ step }) => step)).toEqual(['ringing', 'instructed', 'rejected', 'told', 'finished']);
  expect(steps.at(-1)?.detail).toMatchObject({ status: 'busy' });
});

test('REST speaks in Twilio’s shapes', async () => {
  world = await startWorld(() => '<Response><Say>Bonjour</Say></Response>');
  const [{ CallSid } = { CallSid: '' }] = await world
    .call('two-hundred-at-once')
    .then(() => world.forms('/api/twilio/call-status'));
  const over = await world.rest('POST', `/Calls/${CallSid}.json`, { Status: 'completed' });
  expect([over.status, await over.json()]).toMatchObject([400, { code: 21220, status: 400 }]);
  const found = await world.rest('GET', `/Calls/${CallSid}.json`);
  expect(await found.json()).toMatchObject({
    sid: CallSid,
    status: 'completed',
    direction: 'inbound',
    duration: expect.any(String),
  });
  const unknown = await world.rest('GET', `/Calls/CA${'0'.repeat(32)}.json`);
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 20404 }]);
  const stranger = await world.rest('GET', `/Calls/${CallSid}.json`, undefined, 'wrong');
  expect([stranger.status, await stranger.json()]).toMatchObject([401, { code: 20003 }]);
  await world.post('/faults', { kind: 'status', path: '/2010', status: 429, retryAfterSeconds: 1 });
  const busy = await world.rest('GET', `/Calls/${CallSid}.json`);
  expect([busy.status, busy.headers.get('retry-after'), await busy.json()]).toMatchObject([429, '1', { code: 20429 }]);
  const sent = await world.rest('POST', '/Messages.json', {
    To: '+12025550117',
    From: '+12025550142',
    Body: 'À demain',
  });
  expect([sent.status, await sent.json()]).toMatchObject([201, { status: 'queued', body: 'À demain' }]);
});

test('a recording is begun by REST, one at a time, and told of when it is kept', async () => {
  const answers: object[] = [];
  world = await startWorld(
    async ({ path, form }, voiceUrl) => {
      if (path === '/stream-status' && form.StreamEvent === 'stream-started') {
        const order = {
          RecordingChannels: 'dual',
          RecordingStatusCallback: voiceUrl.replace('ws', 'http') + '/recording',
        };
        const listed = { ...order, RecordingStatusCallbackEvent: 'completed,absent' };
        for (const asked of [listed, order, order]) {
          const answer = await world.rest('POST', `/Calls/${form.CallSid}/Recordings.json`, asked);
          answers.push([answer.status, await answer.json()]);
        }
      }
      return path === '/api/twilio/incoming-call' ? connect(voiceUrl) : ringThenHangUp(voiceUrl, path);
    },
    answering(['Oui, dans une semaine.', 'Entendu.', 'Au revoir.']),
  );
  await world.call('two-hundred-at-once');
  expect(answers).toMatchObject([
    [400, { code: 21626 }],
    [201, { status: 'in-progress', source: 'StartCallRecordingAPI', channels: 2, duration: null }],
    [400, { code: 21220 }],
  ]);
  expect(world.forms('/recording')).toMatchObject([
    { RecordingStatus: 'completed', RecordingSource: 'StartCallRecordingAPI', RecordingChannels: '2' },
  ]);
});

test('a recording is stopped by REST, once, is as long as it ran, and goes when it is deleted', async () => {
  const answers: number[] = [];
  world = await startWorld(
    async ({ path, form }, voiceUrl) => {
      if (path === '/stream-status' && form.StreamEvent === 'stream-started') {
        const place = `/Calls/${form.CallSid}/Recordings/Twilio.CURRENT.json`;
        for (let time = 0; time < 2; time++)
          answers.push((await world.rest('POST', place, { Status: 'stopped' })).status);
      }
      const recorded = '<Response><Start><Recording recordingStatusCallback="/recording"/></Start>';
      return path === '/api/twilio/incoming-call'
        ? connect(voiceUrl).replace('<Response>', recorded)
        : ringThenHangUp(voiceUrl, path);
    },
    answering(['Oui, dans une semaine.', 'Entendu.', 'Au revoir.']),
  );
  await world.call('two-hundred-at-once');
  expect(answers).toEqual([200, 404]);
  const [recording] = world.forms('/recording');
  const [call] = world.forms('/api/twilio/call-status');
  expect(recording).toMatchObject({ RecordingStatus: 'completed', CallSid: call?.CallSid });
  expect(Number(recording?.RecordingDuration)).toBeLessThan(Number(call?.CallDuration));
  const place = `/Calls/${call?.CallSid}/Recordings`;
  const listed = async () =>
    ((await (await world.rest('GET', `${place}.json`)).json()) as { recordings: object[] }).recordings;
  expect(await listed()).toMatchObject([{ sid: recording?.RecordingSid, status: 'completed' }]);
  for (const status of [204, 404]) {
    expect((await world.rest('DELETE', `${place}/${recording?.RecordingSid}.json`)).status).toBe(status);
  }
  expect(await listed()).toEqual([]);
});
