export interface RestAnswer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

/** An error in Twilio's shape. */
export const restError = (status: number, code: number, message: string): RestAnswer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});
