/** Whether something is as it should be. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain'

/** Something that a reader should know, with what to do about it. */
export type Finding = { title: string; tone: Tone; text: string; hint: string | null }
