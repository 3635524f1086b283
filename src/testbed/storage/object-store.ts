import type { StoredBody } from '../emulator/stored-body.ts'
import { checkBucketName, checkObjectName } from './names.ts'
import type { ObjectRecord, ObjectSettings } from './object-record.ts'
import { checkPreconditions, type Preconditions } from './preconditions.ts'
import { bucketExists, noSuchBucket, noSuchObject } from './storage-errors.ts'

/** A bucket and its objects. */
export type Bucket = {
  readonly name: string
  /** Whether anyone may read and list its objects. */
  readonly isPublic: boolean
  readonly timeCreated: Date
  readonly objects: Map<string, ObjectRecord>
  /** Names in listing order; `undefined` once a name was added or removed. */
  sortedNames: readonly string[] | undefined
}

/** An object as an upload describes it. */
export type ObjectDraft = {
  bucket: string
  name: string
  settings: ObjectSettings
  /** What must hold of the object that it replaces. */
  preconditions: Preconditions
}

/** The buckets and objects of one emulator. */
export class ObjectStore {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => Date
  #lastGeneration = 0
  #size = 0

  /** @param now the clock for times and generations */
  constructor(now: () => Date) {
    this.#now = now
  }

  /** The number of objects. */
  get size(): number {
    return this.#size
  }

  /** @throws 400 for an invalid name, 409 when the bucket exists */
  createBucket(name: string, { isPublic }: { isPublic: boolean }): Bucket {
    checkBucketName(name)
    if (this.#buckets.has(name)) throw bucketExists()
    const bucket: Bucket = {
      name,
      isPublic,
      timeCreated: this.#now(),
      objects: new Map(),
      sortedNames: undefined,
    }
    this.#buckets.set(name, bucket)
    return bucket
  }

  findBucket(name: string): Bucket | undefined {
    return this.#buckets.get(name)
  }

  /** @throws 404 */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name)
    if (bucket === undefined) throw noSuchBucket()
    return bucket
  }

  /** Returns an object; with `generation` only that generation. @throws 404 */
  object(bucketName: string, name: string, generation?: number): ObjectRecord {
    const found = this.bucket(bucketName).objects.get(name)
    if (found === undefined || (generation !== undefined && found.generation !== generation)) {
      throw noSuchObject(bucketName, name)
    }
    return found
  }

  /** Checks before a long upload what {@link put} checks again. @throws 400, 404, 412 */
  checkWritable({ bucket, name, preconditions }: ObjectDraft): void {
    checkObjectName(name)
    checkPreconditions(preconditions, this.bucket(bucket).objects.get(name), 'write')
  }

  /** Stores an object in place of the one with the same name. Owns the body from here on, even if it throws 400, 404, 412. */
  put(draft: ObjectDraft, body: StoredBody): ObjectRecord {
    try {
      this.checkWritable(draft)
    } catch (error) {
      body.release()
      throw error
    }
    const { name, settings } = draft
    const bucket = this.bucket(draft.bucket)
    const now = this.#now()
    this.#lastGeneration = Math.max(this.#lastGeneration + 1, now.getTime() * 1000)
    const record: ObjectRecord = {
      bucket: bucket.name,
      name,
      generation: this.#lastGeneration,
      body,
      timeCreated: now,
      settings,
      metageneration: 1,
      updated: now,
    }
    const replaced = bucket.objects.get(name)
    if (replaced === undefined) {
      this.#size++
      bucket.sortedNames = undefined
    } else replaced.body.release()
    bucket.objects.set(name, record)
    return record
  }

  /** Replaces an object's settings and counts the change. */
  update(record: ObjectRecord, settings: ObjectSettings): void {
    record.settings = settings
    record.metageneration++
    record.updated = this.#now()
  }

  delete({ bucket: bucketName, name, body }: ObjectRecord): void {
    const bucket = this.bucket(bucketName)
    bucket.objects.delete(name)
    bucket.sortedNames = undefined
    body.release()
    this.#size--
  }

  /** Returns the names in a bucket in listing order. */
  sortedNames(bucket: Bucket): readonly string[] {
    bucket.sortedNames ??= [...bucket.objects.keys()].sort()
    return bucket.sortedNames
  }
}
