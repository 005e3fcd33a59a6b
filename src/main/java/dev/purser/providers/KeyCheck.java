package dev.purser.providers;

import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a provider about a key by listing its models: no tokens, no cost. The key goes to the
 * provider's address and nowhere else; no redirect is followed.
 */
public final class KeyCheck implements AutoCloseable {
  /** For one page, from the first byte sent to the last received. */
  private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(15);

  private static final int MAX_PAGE_BYTES = 4 * 1024 * 1024;
  private static final int MAX_PAGES = 5;
  private static final int PAGE_SIZE = 1_000;

  private final ProviderAddresses addresses;
  private final Duration pageTimeout;
  private final HttpClient client;

  public KeyCheck(ProviderAddresses addresses) {
    this(addresses, PAGE_TIMEOUT);
  }

  KeyCheck(ProviderAddresses addresses, Duration pageTimeout) {
    this.addresses = addresses;
    this.pageTimeout = pageTimeout;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(pageTimeout)
            .build();
  }

  /**
   * Asks, and waits for the answer: at most 15 seconds for each of at most five pages.
   *
   * @param key of the form that {@link KeyInput#recognise} takes
   */
  public KeyCheckResult check(Provider provider, Secret key) {
    List<ListedModel> models = new ArrayList<>();
    String after = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      HttpResponse<byte[]> answer;
      try {
        answer = send(request(provider, key, after));
      } catch (IOException | TimeoutException e) {
        return unreachable(provider, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new KeyCheckResult.Unreachable("Purser is stopping.");
      }
      if (answer.statusCode() != 200) {
        return KeyCheckAnswer.judge(provider, answer.statusCode(), answer.body());
      }
      Optional<ModelListing> listing = ModelListing.read(provider, answer.body());
      if (listing.isEmpty()) {
        return new KeyCheckResult.Unreachable(
            "What answered is not "
                + provider.displayName()
                + ": it sent something else than a list of models. Check "
                + KeyCheckAnswer.setting(provider)
                + " and any proxy in between.");
      }
      models.addAll(listing.get().models());
      after = listing.get().lastId();
      if (after == null) {
        break;
      }
    }
    return new KeyCheckResult.Valid(models);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private HttpRequest request(Provider provider, Secret key, @Nullable String after) {
    URI models = URI.create(addresses.of(provider) + "/v1/models" + query(provider, after));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(models)
            .header("accept", "application/json")
            .header("accept-encoding", "identity")
            .header("user-agent", "purser");
    return switch (provider) {
      case ANTHROPIC ->
          request
              .header("x-api-key", key.reveal())
              .header("anthropic-version", "2023-06-01")
              .build();
      case OPENAI -> request.header("authorization", "Bearer " + key.reveal()).build();
    };
  }

  private static String query(Provider provider, @Nullable String after) {
    return switch (provider) {
      case ANTHROPIC ->
          "?limit="
              + PAGE_SIZE
              + (after == null
                  ? ""
                  : "&after_id=" + URLEncoder.encode(after, StandardCharsets.UTF_8));
      case OPENAI -> "";
    };
  }

  private HttpResponse<byte[]> send(HttpRequest request)
      throws IOException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_PAGE_BYTES));
    try {
      return answer.get(pageTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException broken ? broken : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private KeyCheckResult unreachable(Provider provider, Exception failure) {
    String why =
        switch (failure) {
          case TimeoutException late -> "no answer came in time";
          case HttpConnectTimeoutException late -> "no connection came about in time";
          case ConnectException refused -> "no connection came about";
          case SSLException insecure -> "no secure connection came about";
          default -> "the answer broke off, or was too large";
        };
    return new KeyCheckResult.Unreachable(
        provider.displayName()
            + " could not be reached at "
            + addresses.of(provider)
            + ": "
            + why
            + ". Try again, or check the network and "
            + KeyCheckAnswer.setting(provider)
            + ".");
  }
}
