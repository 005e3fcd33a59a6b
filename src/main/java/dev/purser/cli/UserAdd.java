package dev.purser.cli;

import dev.purser.people.UserAdded;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code user add}. */
@Command(
    name = "add",
    description =
        "Makes a user, with a space for what is theirs. Works while the server runs or not.")
final class UserAdd implements Runnable {
  /** Far above the longest password. */
  private static final int MOST_INPUT_BYTES = 4_096;

  private final Program program;

  @Parameters(paramLabel = "EMAIL", description = "What the user signs in with.")
  private String email = "";

  @Option(names = "--admin", description = "The user may manage others.")
  private boolean admin;

  @Option(
      names = "--password-stdin",
      description = "The password is the first line of standard input; it never stands here.")
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
    Secret password = password();
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

  private Secret password() {
    try {
      byte[] line = firstLine(program.in());
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      return Secret.of(text.lines().findFirst().orElse(""));
    } catch (CharacterCodingException e) {
      throw new CommandFailure("the password on standard input is not UTF-8");
    } catch (IOException e) {
      throw new CommandFailure("the password cannot be read from standard input");
    }
  }

  /** Up to the line's end and no further: whoever types it does not have to end the input, too. */
  private static byte[] firstLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n' && line.size() < MOST_INPUT_BYTES) {
      line.write(next);
      next = in.read();
    }
    return line.toByteArray();
  }
}
