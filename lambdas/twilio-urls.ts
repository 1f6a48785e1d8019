/** Paths at which Twilio finds us; they are part of what it signs. */
export const twilioPaths = {
  incomingCall: '/api/twilio/incoming-call',
  afterStream: '/api/twilio/after-stream',
  callStatus: '/api/twilio/call-status',
  incomingMessage: '/api/twilio/incoming-message',
  messageStatus: '/api/twilio/message-status',
  recordingStatus: '/api/twilio/recording-status',
} as const;

/** In a query: which call of ours it is, and that a machine answered. */
export const callQuery = 'call';
export const machineQuery = 'machine';

/** Where Twilio was told to find our API and our sockets. */
export interface TwilioAddresses {
  apiUrl: string;
  voiceUrl: string;
}

/** What a stream of ours is connected with, besides its token. */
export const streamUrls = ({ apiUrl, voiceUrl }: TwilioAddresses) => ({
  url: `${voiceUrl}/twilio/media`,
  statusCallback: `${apiUrl}${twilioPaths.callStatus}`,
  action: `${apiUrl}${twilioPaths.afterStream}`,
});
