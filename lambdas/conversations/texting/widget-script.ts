/**
 * The chat on a clinic's page, as one script tag loads it:
 * `<script src="https://…/api/chat/widget.js" data-clinic="…" data-language="fr" async></script>`.
 *
 * Plain text, because a bundler renames what is in a function. It sets text and never markup, keeps nothing but its token
 * in the tab's own storage, and lies in a shadow root, so that neither the page's styles reach it nor its own the page.
 */
export const widgetScript = String.raw`(() => {
  'use strict';
  const script = document.currentScript;
  const slug = script && script.dataset.clinic;
  if (!slug) return console.error('Frontdesk chat: the script tag needs data-clinic.');
  const api = new URL(script.src).origin + '/api/chat/' + encodeURIComponent(slug) + '/messages';
  const wanted = script.dataset.language || document.documentElement.lang || navigator.language || 'en';
  const words = {
    fr: {
      open: 'Écrire à la clinique', close: 'Fermer la conversation', title: 'Conversation avec la clinique',
      label: 'Votre message', send: 'Envoyer', you: 'Vous', clinic: 'La clinique', writing: 'La clinique écrit…',
      failed: 'Le message n’est pas parti. Essayez encore.', again: 'Réessayer',
      over: 'Cette conversation est terminée. Votre prochain message en commence une autre.',
      note: 'Assistant automatique. En cas d’urgence, appelez les secours.',
    },
    en: {
      open: 'Write to the clinic', close: 'Close the chat', title: 'Chat with the clinic',
      label: 'Your message', send: 'Send', you: 'You', clinic: 'The clinic', writing: 'The clinic is writing…',
      failed: 'The message was not sent. Please try again.', again: 'Try again',
      over: 'This chat is over. Your next message begins another one.',
      note: 'Automated assistant. In an emergency, call emergency services.',
    },
  };
  const language = wanted.slice(0, 2).toLowerCase() === 'fr' ? 'fr' : 'en';
  const say = words[language];
  const storeKey = 'frontdesk-chat-' + slug;
  const stored = () => { try { return sessionStorage.getItem(storeKey); } catch { return null; } };
  const store = (value) => {
    try { if (value) sessionStorage.setItem(storeKey, value); else sessionStorage.removeItem(storeKey); } catch { /* private */ }
  };
  let token = stored();
  let begun;

  const make = (name, attributes, text) => {
    const element = document.createElement(name);
    for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const host = make('div', { lang: language });
  const root = host.attachShadow({ mode: 'open' });
  const style = make('style', {}, [
    ':host{all:initial}*{box-sizing:border-box;font:16px/1.5 system-ui,sans-serif}',
    '.toggle{position:fixed;right:16px;bottom:16px;z-index:2147483000;border:0;border-radius:24px;padding:12px 20px;',
    'background-color:#0b5563;color:#ffffff;cursor:pointer}',
    '.panel{position:fixed;right:16px;bottom:80px;z-index:2147483000;display:flex;flex-direction:column;',
    'width:min(380px,calc(100vw - 32px));height:min(560px,calc(100vh - 112px));background-color:#ffffff;color:#1b1f24;',
    'border:1px solid #5b6672;border-radius:12px;overflow:hidden}.panel[hidden]{display:none}',
    'h2{margin:0;padding:12px 16px;background-color:#0b5563;color:#ffffff;font-weight:600}',
    '.log{flex:1;overflow:auto;padding:12px 16px;margin:0;list-style:none}.log li{margin:0 0 10px;white-space:pre-wrap;',
    'overflow-wrap:anywhere;border-radius:10px;padding:8px 12px;background-color:#eef2f5;color:#1b1f24}',
    '.log li.visitor{background-color:#d7edf1;color:#10292e;margin-left:32px}',
    '.who{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}',
    '.status{margin:0;padding:0 16px;min-height:24px;color:#4a5560;background-color:#ffffff;font-size:14px}',
    '.note{margin:0;padding:4px 16px;color:#4a5560;background-color:#ffffff;font-size:13px}',
    'form{display:flex;gap:8px;padding:12px 16px;border-top:1px solid #5b6672}',
    'textarea{flex:1;resize:none;height:48px;padding:8px;border:1px solid #5b6672;border-radius:8px;background-color:#ffffff;color:#1b1f24}',
    'form button{border:0;border-radius:8px;padding:0 16px;background-color:#0b5563;color:#ffffff;cursor:pointer}',
    'button:disabled{background-color:#5b6672}:focus-visible{outline:3px solid #b45309;outline-offset:2px}',
  ].join(''));
  const toggle = make('button', { class: 'toggle', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'panel' }, say.open);
  const panel = make('section', { class: 'panel', id: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: '' });
  const title = make('h2', { id: 'title' }, say.title);
  const log = make('ul', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: '0', 'aria-label': say.title });
  const status = make('p', { class: 'status', role: 'status' });
  const note = make('p', { class: 'note' }, say.note);
  const form = make('form', {});
  const label = make('label', { class: 'who', for: 'text' }, say.label);
  const input = make('textarea', { id: 'text', maxlength: '1000', rows: '1', autocomplete: 'off' });
  const send = make('button', { type: 'submit' }, say.send);
  form.append(label, input, send);
  panel.append(title, log, status, note, form);
  root.append(style, panel, toggle);
  document.body.append(host);

  const show = (by, text) => {
    const line = make('li', { class: by });
    line.append(make('span', { class: 'who' }, (by === 'visitor' ? say.you : say.clinic) + ' : '), document.createTextNode(text));
    log.append(line);
    log.scrollTop = log.scrollHeight;
  };
  const ask = async (method, body) => {
    const response = await fetch(api, {
      method,
      headers: Object.assign({}, body && { 'content-type': 'application/json' }, token && { authorization: 'Bearer ' + token }),
      body: body && JSON.stringify(body),
      credentials: 'omit',
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  };
  const start = async () => {
    token = null;
    const answer = await ask('POST', { language });
    if (answer.status !== 201) throw answer;
    token = answer.body.token;
    store(token);
    title.textContent = answer.body.clinic.name;
    show('clinic', answer.body.reply);
  };
  const goOn = async () => {
    const answer = token ? await ask('GET') : {};
    if (answer.status !== 200) return start();
    title.textContent = answer.body.clinic.name;
    for (const message of answer.body.messages) show(message.by, message.text);
  };
  // One chat, whoever asks for it while it begins.
  const begin = () => {
    begun = begun || goOn().catch((answer) => {
      begun = undefined;
      // Not every 429 is ours: the gateway has words of its own, for nobody to read.
      status.textContent = (answer.status === 429 && answer.body.error && answer.body.error.message) || say.failed;
    });
    return begun;
  };
  // Browsers keep crypto.randomUUID for pages served by https; clinics have others.
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
  const setOpen = (open) => {
    panel.hidden = !open;
    toggle.setAttribute('aria-expanded', String(open));
    toggle.textContent = open ? say.close : say.open;
    if (!open) return toggle.focus();
    input.focus();
    void begin();
  };
  toggle.addEventListener('click', () => setOpen(panel.hidden));
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !panel.hidden) setOpen(false);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  let pending;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || send.disabled) return;
    send.disabled = true;
    status.textContent = say.writing;
    try {
      await begin();
      if (!token) return;
      // The same words again are the same message: answered once, however often it was sent.
      if (!pending || pending.text !== text) pending = { text, messageId: newId() };
      const answer = await ask('POST', pending);
      if (answer.status === 410 || answer.status === 401) {
        token = null; store(null); begun = undefined; pending = undefined;
        status.textContent = say.over;
        return;
      }
      if (answer.status !== 200) throw new Error('refused');
      pending = undefined;
      show('visitor', text);
      show('clinic', answer.body.reply);
      input.value = '';
      status.textContent = '';
    } catch {
      status.textContent = say.failed;
    } finally {
      send.disabled = false;
      input.focus();
    }
  });
  if (script.dataset.open === 'true') setOpen(true);
})();
`;
