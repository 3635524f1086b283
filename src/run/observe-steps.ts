import type { StepObserver } from '../flow/step-runner.ts'

/**
 * Makes the observer of each flow's steps.
 *
 * @param watch sees the steps of every flow
 * @param show gets a line for each step that ended. @default steps are not shown
 */
export function observeSteps(
  watch: StepObserver,
  show: ((text: string) => void) | undefined,
): (index: number) => StepObserver {
  if (show === undefined) return () => watch
  return (index) => {
    const line = (step: string, durationMs: number): string =>
      `flow ${index}  ${step.padEnd(9)} ${durationMs.toFixed(0).padStart(6)} ms`
    return {
      ...watch,
      onStepEnd: (step, durationMs) => show(line(step, durationMs)),
      onStepError: (step, durationMs, { code, message }) =>
        show(`${line(step, durationMs)}  ${code}: ${message}`),
    }
  }
}
