package dev.purser.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request of which others may see another beginning, end, host or header than Purser
 * does: a proxy in front of it, or the HTTP library's lenient reading. Nothing after it is read.
 *
 * <p>One for each connection of a client, on its event loop.
 */
final class Framing extends ChannelInboundHandlerAdapter {
  private static final String NOT_IN_HOSTS = ",/\\@?#\"<>";

  private boolean refused;

  private Framing() {}

  /** What is wrong with a request's framing; its message may be shown to the client. */
  static final class Flaw extends Exception {
    private static final long serialVersionUID = 1L;

    Flaw(String message) {
      super(message, null, false, false);
    }
  }

  /** Before anything is read from the connection. */
  static void install(HttpConnection connection) {
    ChannelPipeline pipeline =
        ((ConnectionBase) connection).channelHandlerContext().channel().pipeline();
    pipeline.addAfter("httpDecoder", "framing", new Framing());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request && request.decoderResult().isSuccess()) {
      String flaw = flaw(request);
      if (flaw != null) {
        refused = true;
        request.setDecoderResult(DecoderResult.failure(new Flaw(flaw)));
      }
    }
    context.fireChannelRead(message);
  }

  private static @Nullable String flaw(HttpRequest request) {
    HttpHeaders headers = request.headers();
    for (Map.Entry<String, String> header : headers) {
      if (!isName(header.getKey())) {
        return "A header's name is empty or has a character that is not allowed in it.";
      }
    }
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || !hosts.stream().allMatch(Framing::isHost)) {
      return "The request has more than one Host header, or one that names no host.";
    }
    if (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return "The request has no Host header.";
    }
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return "Transfer-Encoding needs HTTP/1.1.";
    }
    return isUnderstood(headers) ? null : "Transfer-Encoding may only be \"chunked\", once.";
  }

  /** Whether a message's end is where its headers say, for everybody who reads it. */
  static boolean isUnderstood(HttpHeaders headers) {
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return encodings.isEmpty()
        || (encodings.size() == 1
            && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.getFirst()));
  }

  private static boolean isHost(String value) {
    return value.chars().allMatch(c -> c > ' ' && c < 0x7f && NOT_IN_HOSTS.indexOf(c) < 0);
  }

  /** Whether it is a header's name (RFC 9110, 5.1). */
  static boolean isName(String name) {
    return !name.isEmpty() && HttpHeaderValidationUtil.validateToken(name) < 0;
  }

  /** Whether it can be a header's value (RFC 9110, 5.5). */
  static boolean isValue(String value) {
    return HttpHeaderValidationUtil.validateValidHeaderValue(value) < 0;
  }
}
