package dev.purser.cli;

/** A command cannot do what was asked. The message is the one line that the user sees. */
public final class CommandFailure extends RuntimeException {
  public CommandFailure(String message) {
    super(message);
  }
}
