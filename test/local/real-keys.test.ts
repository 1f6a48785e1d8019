import { realKeysIn, secretsOf } from '#local/real-keys.ts';

const tunnel = { publicUrl: 'https://desk.tunnel.example', publicVoiceUrl: 'wss://voice.tunnel.example' };

test('without keys every vendor is a stand-in, and no secret is replaced', () => {
  const keys = realKeysIn({ PATH: '/bin' }, {});
  expect(keys).toEqual({});
  expect(secretsOf(keys)).toEqual({});
});

test('a key of OpenAI is enough by itself: we call it, it does not call us', () => {
  const keys = realKeysIn({ OPENAI_API_KEY: 'sk-example' }, {});
  expect(secretsOf(keys)).toEqual({ '/openai-api-key': 'sk-example' });
});

test('vendors that call us need both addresses of a tunnel', () => {
  const environment = { RETELL_API_KEY: 'key_example', TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token' };
  expect(() => realKeysIn(environment, {})).toThrow('Retell and Twilio must reach this machine');
  expect(() => realKeysIn(environment, { publicUrl: tunnel.publicUrl })).toThrow('--public-voice-url');
  expect(secretsOf(realKeysIn(environment, tunnel))).toEqual({
    '/retell-api-key': 'key_example',
    '/twilio': '{"accountSid":"AC1","authToken":"token"}',
  });
});

test('half of Twilio’s pair is a mistake and not a stand-in', () => {
  expect(() => realKeysIn({ TWILIO_ACCOUNT_SID: 'AC1' }, tunnel)).toThrow('go together');
  expect(() => realKeysIn({ TWILIO_AUTH_TOKEN: 'token' }, tunnel)).toThrow('go together');
});
