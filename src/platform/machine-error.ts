/**
 * Something that this machine lacks or refuses, and that is no defect: the message alone is shown, without a stack.
 *
 * The message names what failed and the way out.
 */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}
