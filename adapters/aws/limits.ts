/** How long an AWS client may take and how often it may ask, in the form every client takes. */
export interface Limits {
  maxAttempts: number;
  requestHandler: { requestTimeout: number; connectionTimeout: number; throwOnRequestTimeout: true };
}

/**
 * The bounds of an AWS client: milliseconds one request may take, a second to connect, and how many times it may ask
 * in all. Without `throwOnRequestTimeout` the SDK only warns and waits on.
 */
export const limits = (requestTimeoutMs: number, maxAttempts: number): Limits => ({
  maxAttempts,
  requestHandler: {
    requestTimeout: requestTimeoutMs,
    connectionTimeout: Math.min(1_000, requestTimeoutMs),
    throwOnRequestTimeout: true,
  },
});
