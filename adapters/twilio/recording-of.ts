/** How a call is recorded, whether from its beginning or once its caller has agreed. */
export const recordingOf = (statusCallback: string) => ({
  recordingChannels: 'dual' as const,
  recordingTrack: 'both' as const,
  recordingStatusCallback: statusCallback,
  recordingStatusCallbackMethod: 'POST' as const,
  recordingStatusCallbackEvent: ['completed' as const, 'absent' as const],
});
