package dev.purser.cli;

import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.storage.Database;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code user enable}. */
@Command(
    name = "enable",
    description = {"Lets a user in again who was disabled. Works while the server runs or not."})
final class UserEnable implements Runnable {
  private final Program program;

  @Parameters(paramLabel = "EMAIL", description = "What the user signs in with.")
  private String email = "";

  UserEnable(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    try (Database database = program.database().get()) {
      User user =
          new Users(database, program.ids(), program.clock())
              .enable(email)
              .orElseThrow(() -> new CommandFailure("there is no user " + email));
      program.out().println(user.email() + " can sign in again.");
    }
  }
}
