package dev.purser.cli;

import dev.purser.people.UserAdded;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code user add}. */
@Command(
    name = "add",
    description =
        "Makes a user, with a space for what is theirs. Works while the server runs or not.")
final class UserAdd implements Runnable {
  private final Program program;

  @Parameters(paramLabel = "EMAIL", description = "What the user signs in with.")
  private String email = "";

  @Option(names = "--admin", description = "The user may manage others.")
  private boolean admin;

  @Option(
      names = "--password-stdin",
      description =
          "The password is read from the first line of standard input, never from the command line.")
  private boolean passwordFromInput;

  UserAdd(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    if (!passwordFromInput) {
      throw new CommandFailure(
          "give --password-stdin and the password on standard input: no secret ever stands on a"
              + " command line");
    }
    Secret password = StandardInput.secret(program.in(), "password");
    try (Database database = program.database().get()) {
      switch (new Users(database, program.ids(), program.clock()).add(email, password, admin)) {
        case UserAdded.Added added ->
            program.out().println("User " + added.user().email() + " was added.");
        case UserAdded.EmailTaken taken ->
            throw new CommandFailure("there is a user " + taken.email() + " already");
        case UserAdded.Refused refused -> throw new CommandFailure(refused.reason());
      }
    }
  }
}
