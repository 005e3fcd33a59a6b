package dev.purser.cli;

import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.storage.Database;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code user disable}. */
@Command(
    name = "disable",
    description = {
      "Disables a user: signs them out, and refuses their password and access tokens.",
      "Their agents and virtual keys go on working. Works while the server runs or not."
    })
final class UserDisable implements Runnable {
  private final Program program;

  @Parameters(paramLabel = "EMAIL", description = "What the user signs in with.")
  private String email = "";

  UserDisable(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    try (Database database = program.database().get()) {
      User user =
          new Users(database, program.ids(), program.clock())
              .disable(email)
              .orElseThrow(() -> new CommandFailure("there is no user " + email));
      program
          .out()
          .println(
              "Nobody can sign in as "
                  + user.email()
                  + " now, and their access tokens are refused. Their agents' virtual keys go on"
                  + " working.");
    }
  }
}
