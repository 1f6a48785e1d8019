import { parseTwiml, TwimlError } from '#local/vendors/twilio/twiml.ts';

test('a document is read with its attributes, entities, comments and nested verbs', () => {
  const response = parseTwiml(
    `<?xml version="1.0" encoding="UTF-8"?><!-- ring --><Response>
       <Say language='fr-CA'>Bonjour &amp; bienvenue, l&#8217;équipe<![CDATA[ <ici>]]></Say>
       <Connect action="https://api.example/after?a=1&amp;b=2"><Stream url="wss://voice.example/media"><Parameter name="token" value="q"/></Stream></Connect>
     </Response>`,
  );
  const [say, connect] = response.children;
  expect(say).toMatchObject({
    name: 'Say',
    attributes: { language: 'fr-CA' },
    text: 'Bonjour & bienvenue, l’équipe <ici>',
  });
  expect(connect?.attributes.action).toBe('https://api.example/after?a=1&b=2');
  expect(connect?.children[0]).toMatchObject({
    name: 'Stream',
    children: [{ name: 'Parameter', attributes: { name: 'token', value: 'q' } }],
  });
});

test.each([
  ['<Response><Say>half</Response>', 'an element that is closed by another'],
  ['<Response><Say>half', 'an element that is never closed'],
  ['<Response/><Response/>', 'two roots'],
  ['<response/>', 'a name in small letters'],
  ['<Response><Say>a & b</Say></Response>', 'a bare ampersand'],
  ['<Response><Say loop=2>a</Say></Response>', 'an attribute without quotes'],
  ['{"say":"hello"}', 'what is no XML'],
  ['', 'nothing'],
])('%s is refused: %s', (document) => {
  expect(() => parseTwiml(document)).toThrow(TwimlError);
});
