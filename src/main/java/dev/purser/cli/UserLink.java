package dev.purser.cli;

import dev.purser.people.OneTimeLinks;
import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.storage.Database;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code user link}. */
@Command(
    name = "link",
    description =
        "Prints a link that signs a user in once, within 10 minutes, whatever the password is: for"
            + " a user who is locked out. Works while the server runs.")
final class UserLink implements Runnable {
  private final Program program;

  @Parameters(paramLabel = "EMAIL", description = "What the user signs in with.")
  private String email = "";

  UserLink(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    try (Database database = program.database().get()) {
      Users users = new Users(database, program.ids(), program.clock());
      User user =
          users
              .findByEmail(email)
              .orElseThrow(() -> new CommandFailure("there is no user " + email));
      if (users.disabled(user.id())) {
        throw new CommandFailure(
            user.email() + " is disabled: run user enable " + user.email() + " first");
      }
      String link = new OneTimeLinks(database, program.clock(), program.random()).make(user.id());
      program.out().println(program.address().get().url().resolve(link));
    }
  }
}
