package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.kernel.core.Answer;
import io.animus.kernel.core.Caller;
import io.animus.kernel.core.Once;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.Violations;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request of a known caller. Whatever the request alone shows to be wrong is noted while it is read; {@link #caller}, which
 * every use case wants, refuses the request for all of it at once. Not safe for several threads.
 */
final class Call {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String IF_MATCH = "If-Match";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final int DEFAULT_PAGE_SIZE = 50;

    private final HttpServletRequest request;
    private final Caller caller;
    private final List<Violation> problems = new ArrayList<>();
    private final Query query;
    private final @Nullable String idempotencyKey;
    private final long version;
    private Body body = Body.NONE;

    Call(HttpServletRequest request, Caller caller) {
        this.request = request;
        this.caller = caller;
        this.query = new Query(request.getQueryString(), problems);
        var method = request.getMethod();
        this.idempotencyKey = method.equals("POST") ? readIdempotencyKey() : null;
        this.version = method.equals("PATCH") || method.equals("DELETE") ? readIfMatch() : 0;
    }

    /**
     * Who asks, once all of the request was read.
     *
     * @throws RefusedException for all that is wrong with the request
     */
    Caller caller() {
        query.noteUnknown();
        if (!problems.isEmpty()) {
            throw new RefusedException(problems);
        }
        return caller;
    }

    Query query() {
        return query;
    }

    /** The id of the last event of a stream that the caller has, or null. */
    @Nullable String lastEventId(Pattern form) {
        var id = request.getHeader(LAST_EVENT_ID);
        if (id != null && !form.matcher(id).matches()) {
            problems.add(Violation.inParameter(
                    LAST_EVENT_ID, ProblemCode.INVALID_PARAMETER, "This stream has no events with such an id."));
            return null;
        }
        return id;
    }

    /** The version of the resource that the caller has seen, of {@code If-Match}. */
    long version() {
        return version;
    }

    /** The body, which is required. */
    <T> T body(Shape<T> shape) {
        return body(JSON, shape);
    }

    /** The merge patch, which is required. */
    <T> T patch(Shape<T> shape) {
        return body(MERGE_PATCH, shape);
    }

    /** The body, or null if there is none. */
    <T> @Nullable T optionalBody(Shape<T> shape) {
        var noted = new Violations();
        body = Body.read(request, JSON, noted);
        var json = body.json();
        var value = json == null ? null : shape.read().apply(json, new Place("", noted));
        problems.addAll(noted.found());
        return value;
    }

    private <T> T body(String mediaType, Shape<T> shape) {
        var noted = new Violations();
        body = Body.read(request, mediaType, noted);
        var json = body.json();
        if (json == null && noted.isEmpty()) {
            noted.add("", ProblemCode.MISSING_MEMBER, "Send a body, as " + mediaType + ".");
        }
        var value = json == null ? shape.standIn().get() : shape.read().apply(json, new Place("", noted));
        problems.addAll(noted.found());
        return value;
    }

    /** Which page of a list is wanted. */
    PageRequest page(ListForm form) {
        var size = query.number("pageSize", 1, PageRequest.MAX_SIZE, DEFAULT_PAGE_SIZE);
        var order = query.order(form);
        var filter = query.filter(form);
        var token = query.find("pageToken");
        String after = null;
        if (token != null) {
            after = PageToken.read(list(), token)
                    .filter(order.key()::isPosition)
                    .orElse(null);
            if (after == null) {
                problems.add(Violation.inParameter(
                        "pageToken",
                        ProblemCode.INVALID_PAGE_TOKEN,
                        "It was not made by this list with these filters in this order. Begin again without it."));
            }
        }
        return new PageRequest(size, after, order, filter);
    }

    /** Answers a page. */
    <T> Response page(Page<T> page, View<T> view) {
        var next = page.next();
        return Replies.ok(output -> output.list("items", page.items(), view)
                .put("nextPageToken", next == null ? null : PageToken.of(list(), next)));
    }

    /**
     * Makes or changes something, once if the caller wishes so, and shows it.
     *
     * @param work is given the wish that it is done once, or null
     */
    <T> Response change(Form<T> form, Function<@Nullable Once<T>, Answer<T>> work) {
        return Replies.of(work.apply(once(form)), form);
    }

    /** The wish that this request is done once, or null; {@code form} is what will be remembered. */
    <T> @Nullable Once<T> once(Form<T> form) {
        return idempotencyKey == null ? null : new Once<>(idempotencyKey, digest(body.bytes()), form::rendered);
    }

    /** The same for a body that was read elsewhere, by its digest. */
    <T> @Nullable Once<T> once(Form<T> form, Digest content) {
        return idempotencyKey == null
                ? null
                : new Once<>(idempotencyKey, digest(content.value().getBytes(UTF_8)), form::rendered);
    }

    private Digest digest(byte[] content) {
        var hash = Digest.sha256();
        for (var part : List.of(
                caller.principal().toString(),
                request.getMethod(),
                request.getRequestURI(),
                String.valueOf(request.getQueryString()))) {
            var bytes = part.getBytes(UTF_8);
            hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            hash.update(bytes);
        }
        hash.update(content);
        return Digest.finish(hash);
    }

    private String list() {
        return request.getRequestURI() + query.filters();
    }

    private @Nullable String readIdempotencyKey() {
        var keys = Collections.list(request.getHeaders(IDEMPOTENCY_KEY));
        if (keys.isEmpty()) {
            return null;
        }
        if (keys.size() > 1 || !KEY.matcher(keys.get(0)).matches()) {
            problems.add(Violation.inParameter(
                    IDEMPOTENCY_KEY, ProblemCode.INVALID_PARAMETER, "One key of 1 to 255 visible ASCII characters."));
            return null;
        }
        return keys.get(0);
    }

    private long readIfMatch() {
        var tags = Collections.list(request.getHeaders(IF_MATCH));
        if (tags.isEmpty()) {
            problems.add(Violation.inParameter(
                    IF_MATCH, ProblemCode.PRECONDITION_REQUIRED, "Send the ETag that you have read as If-Match."));
            return 0;
        }
        if (tags.size() > 1 || !EntityTag.isForm(tags.get(0))) {
            problems.add(Violation.inParameter(
                    IF_MATCH, ProblemCode.INVALID_PARAMETER, "Exactly one strong entity tag, such as \"3\"."));
            return 0;
        }
        return EntityTag.version(tags.get(0));
    }
}
