package dev.purser.gateway;

import dev.purser.pricing.Provider;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one answer for each request on a connection to a provider. Vert.x takes every status but
 * 100 and 103 for the final answer, and gives the connection to the next call as soon as it has
 * seen that answer's end: the next call would get what comes after it. So a connection is closed at
 * once on a status that is not a final answer's, and is not used again when an answer came before
 * its whole request was sent, or when more came than one answer.
 *
 * <p>One for each connection, on its event loop.
 */
final class AnswerGuard extends ChannelDuplexHandler {
  private static final Logger log = LoggerFactory.getLogger(AnswerGuard.class);

  private static final int MAX_INTERIM_ANSWERS = 100;

  /** Netty's, and how much it has not decoded yet. */
  private static final class Decoder extends HttpResponseDecoder {
    Decoder(HttpDecoderConfig config) {
      super(config);
    }

    boolean hasRest() {
      return actualReadableBytes() > 0;
    }

    /** A name goes up to the colon: with white space in it, it is none, and not a shorter one. */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int from, int length) {
      int end = from + length;
      while (end < line.length && line[end] != ':') {
        end++;
      }
      while (end > from && (line[end - 1] == ' ' || line[end - 1] == '\t')) {
        end--;
      }
      return new AsciiString(line, from, end - from, true);
    }
  }

  private static final AttributeKey<AnswerGuard> KEY =
      AttributeKey.valueOf(AnswerGuard.class, "guard");

  private final Provider provider;
  private final Decoder decoder;

  /** Whose answer is expected or under way, as long as the connection is for nobody else. */
  private @Nullable HttpClientRequest serving;

  /** Whether a request was begun whose answer has not ended. */
  private boolean expecting;

  private boolean requestSent;
  private int interimAnswers;
  private boolean interim;
  private boolean broken;
  private boolean surplus;
  private @Nullable HttpResponse answer;

  /** The end of an answer, until it is known whether more came with it. */
  private @Nullable LastHttpContent end;

  private AnswerGuard(Provider provider, Decoder decoder) {
    this.provider = provider;
    this.decoder = decoder;
  }

  /** Before anything is sent on the connection. */
  static void install(HttpConnection connection, Provider provider, HttpDecoderConfig limits) {
    Channel channel = ((ConnectionBase) connection).channelHandlerContext().channel();
    ChannelPipeline pipeline = channel.pipeline();
    // A header that is not well-formed is left out by HeaderRules: the answer is still good.
    DefaultHttpHeadersFactory anyHeaders =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false);
    Decoder decoder =
        new Decoder(limits.setHeadersFactory(anyHeaders).setTrailersFactory(anyHeaders));
    pipeline.replace(
        "codec", "codec", new CombinedChannelDuplexHandler<>(decoder, new HttpRequestEncoder()));
    AnswerGuard guard = new AnswerGuard(provider, decoder);
    channel.attr(KEY).set(guard);
    pipeline.addAfter("codec", "answerGuard", guard);
  }

  /** Notes that a request has its connection for itself, until its answer has ended. */
  static void serve(HttpClientRequest request) {
    of(request).serving = request;
  }

  /**
   * Ends a request that {@link #serve} was called with, and closes its connection. Once its answer
   * has ended, the connection may be another's: Vert.x would close that one's all the same.
   */
  static void reset(HttpClientRequest request) {
    if (request.equals(of(request).serving)) {
      request.reset();
    }
  }

  private static AnswerGuard of(HttpClientRequest request) {
    return ((ConnectionBase) request.connection())
        .channelHandlerContext()
        .channel()
        .attr(KEY)
        .get();
  }

  // ---- requests

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpRequest) {
      expecting = true;
      requestSent = false;
      interimAnswers = 0;
      answer = null;
    }
    ChannelPromise sending = promise;
    if (message instanceof LastHttpContent) {
      sending = promise.unvoid();
      sending.addListener(sent -> requestSent = requestSent || sent.isSuccess());
    }
    var _ = context.write(message, sending);
  }

  // ---- answers

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (broken) {
      ReferenceCountUtil.release(message);
    } else if (end != null) {
      surplus = true;
      ReferenceCountUtil.release(message);
    } else if (!expecting || !(message instanceof HttpObject part)) {
      ReferenceCountUtil.release(message);
      refuse(context, "it sent something that no request asked for");
    } else if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      refuse(context, "its answer is not HTTP: " + part.decoderResult().cause().getMessage());
    } else if (part instanceof HttpResponse head) {
      head(context, head);
    } else if (!(part instanceof LastHttpContent last)) {
      context.fireChannelRead(part);
    } else if (interim) {
      interim = false;
      last.release();
    } else {
      end = last;
    }
  }

  private void head(ChannelHandlerContext context, HttpResponse head) {
    int status = head.status().code();
    if (status == 100 || status == 103) {
      interim = true;
      if (++interimAnswers > MAX_INTERIM_ANSWERS) {
        refuse(context, "it sent interim answers without end");
      }
    } else if (status < 200 || status > 599) {
      refuse(context, "status " + status + " is not one of a final answer");
    } else if (!Framing.isUnderstood(head.headers())) {
      refuse(context, "the transfer encoding of its answer is not just chunked");
    } else {
      answer = head;
      context.fireChannelRead(head);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    LastHttpContent ended = end;
    HttpResponse head = answer;
    if (ended != null && head != null) {
      end = null;
      expecting = false;
      serving = null;
      answer = null;
      surplus |= decoder.hasRest();
      if (surplus) {
        log.warn("{} sent more than one answer: the connection is closed", provider.displayName());
      }
      if (surplus
          || !requestSent
          || head.headers()
              .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)) {
        // What Vert.x looks for when it decides whether a connection may be used again.
        head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        broken = true;
      }
      context.fireChannelRead(ended);
    } else if (!expecting && !broken && decoder.hasRest()) {
      refuse(context, "it sent something that no request asked for");
    }
    context.fireChannelReadComplete();
  }

  /** Fails the call that waits for an answer, and takes the connection out of use. */
  private void refuse(ChannelHandlerContext context, String reason) {
    broken = true;
    log.warn("the connection to {} is closed: {}", provider.displayName(), reason);
    context.fireExceptionCaught(new DecoderException(reason));
    var _ = context.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (end != null) {
      end.release();
      end = null;
    }
  }
}
