import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { limits } from '#adapters/aws/limits.ts';

/** Bodies too large for a table, by content: the same bytes are one object. */
export interface Payloads {
  /**
   * Answers the pointer to keep.
   *
   * @param prefix `inbox` for raw events, whose lifetime is 30 days; below a clinic's own prefix for what is its own
   */
  put(prefix: string, bytes: Uint8Array): Promise<string>;
  get(pointer: string): Promise<Uint8Array>;
  /** Nothing lies there any more. */
  empty(pointer: string): Promise<void>;
}

/** The end of bodies. */
export interface PayloadRemoval {
  /** Removes whatever was put under this prefix, and nothing whose prefix only begins like it. */
  removeAll(prefix: string): Promise<void>;
}

export function createPayloads(bucket: string): Payloads & PayloadRemoval {
  const client = new S3Client({
    ...limits(5_000, 4),
    // One machine's stand-in is reached by address, where a bucket cannot be part of the host name.
    forcePathStyle: true,
  });
  async function write(key: string, bytes: Uint8Array): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentLength: bytes.byteLength }));
  }

  return {
    async put(prefix, bytes) {
      const key = `${prefix}/${createHash('sha256').update(bytes).digest('hex')}`;
      await write(key, bytes);
      return key;
    },
    empty: (pointer) => write(pointer, new Uint8Array()),
    async get(pointer) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: pointer }));
      if (!Body) throw new Error('a stored payload came back empty');
      return Body.transformToByteArray();
    },
    async removeAll(prefix) {
      for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}/` })) {
        for (const { Key } of Contents ?? []) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      }
    },
  };
}
