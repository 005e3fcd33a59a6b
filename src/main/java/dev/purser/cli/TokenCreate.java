package dev.purser.cli;

import dev.purser.people.AccessToken;
import dev.purser.people.AccessTokens;
import dev.purser.people.TokenCreated;
import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.storage.Database;
import java.time.Duration;
import java.time.Instant;
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
  private static final int MAX_DAYS = 3_650;

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

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      description = "Expires after so many days (never unless given).")
  private @Nullable Integer days;

  TokenCreate(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    AccessToken.Scope allowed = AccessToken.Scope.ofId(scope).orElseThrow(this::noSuchScope);
    if (days != null && (days < 1 || days > MAX_DAYS)) {
      throw new CommandFailure("--days is from 1 to " + MAX_DAYS);
    }
    Instant expiresAt = days == null ? null : program.clock().instant().plus(Duration.ofDays(days));
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
      switch (tokens.create(user, name, allowed, expiresAt)) {
        case TokenCreated.Created created -> {
          program.out().println("This is shown only now:");
          program.out().println(created.secret().reveal());
        }
        case TokenCreated.Expired _ -> throw new CommandFailure("it would have expired already");
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
