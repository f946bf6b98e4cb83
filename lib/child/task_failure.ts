/** A task that failed, and the outputs that it has all the same. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly outputs: unknown;

  constructor(message: string, outputs?: unknown) {
    super(message);
    this.outputs = outputs;
  }
}
