package dev.purser.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code serve}. */
@Command(
    name = "serve",
    description = "Serves until it is stopped. Without any command, this is what happens.")
final class Serve implements Callable<Integer> {
  private final Program program;

  Serve(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    return program.serve().call();
  }
}
