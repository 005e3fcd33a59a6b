package dev.purser.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code demo}. */
@Command(
    name = "demo",
    description =
        "Serves with simulated providers and a sample month, in a directory of its own: everything"
            + " can be tried without any provider key.")
final class Demo implements Callable<Integer> {
  private final Program program;

  Demo(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    return program.demo().call();
  }
}
