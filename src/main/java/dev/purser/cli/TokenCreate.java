package dev.purser.cli;

import dev.purser.people.AccessToken;
import dev.purser.people.AccessTokens;
import dev.purser.people.TokenCreated;
import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.storage.Database;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code token create}. */
@Command(
    name = "create",
    description = "Makes an access token, and prints it alone on the last line, this once.")
final class TokenCreate implements Runnable {
  private final Program program;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--user",
      required = true,
      paramLabel = "EMAIL",
      description = "Whose space it manages.")
  private String email = "";

  @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is for.")
  private String name = "";

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      defaultValue = "manage",
      description = "read or manage (manage unless given).")
  private String scope = "";

  TokenCreate(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    AccessToken.Scope allowed = AccessToken.Scope.ofId(scope).orElseThrow(this::noSuchScope);
    try (Database database = program.database().get()) {
      User user =
          new Users(database, program.ids(), program.clock())
              .findByEmail(email)
              .orElseThrow(() ->
                  new CommandFailure(
                      "there is no user "
                          + email
                          + ": make one with user add EMAIL --password-stdin"));
      AccessTokens tokens =
          new AccessTokens(database, program.ids(), program.clock(), program.random());
      switch (tokens.create(user, name, allowed)) {
        case TokenCreated.Created created -> {
          program.out().println("This is shown only now:");
          program.out().println(created.secret().reveal());
        }
        case TokenCreated.Refused refused -> throw new CommandFailure(refused.reason());
      }
    }
  }

  private RuntimeException noSuchScope() {
    String message = "--scope is read or manage";
    return spec == null
        ? new CommandFailure(message)
        : new ParameterException(spec.commandLine(), message);
  }
}
