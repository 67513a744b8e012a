package io.animus.kernel.rest;

import io.animus.api.types.Json;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.run.ErrorClass;
import io.animus.kernel.domain.run.Retry;
import io.animus.kernel.domain.run.RunDraft;
import io.animus.kernel.domain.run.RunKind;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What people send about runs. */
final class RunRequests {
    static final Shape<RunKind> KIND = Shape.oneOf(List.of(RunKind.values()), RunKind::word);
    static final Shape<RunDraft> DRAFT = Shape.object(RunRequests::draft);

    /** Why; null where nobody says. */
    static final Shape<Optional<String>> REASON =
            Shape.object(body -> Optional.ofNullable(body.optional("reason", Shape.text(1, 1000))));

    private static final int MAX_REPOSITORY = 2048;
    private static final int DEFAULT_PRIORITY = 50;
    private static final int DEFAULT_TIMEOUT_SECONDS = 3600;
    private static final int MAX_TIMEOUT_SECONDS = 2_592_000;
    private static final Pattern REPOSITORY = Pattern.compile("(https|ssh|file)://\\S+");
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,62}");
    private static final RunDraft.Wishes NO_WISHES = new RunDraft.Wishes(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final Shape<RunDraft.Code> CODE = Shape.object(RunRequests::code);
    private static final Shape<RunDraft.Input> INPUT = Shape.object(body -> new RunDraft.Input(
            body.required("name", Shape.NAME), body.required("datasetVersion", Shape.id(DatasetVersion.PREFIX))));
    private static final Shape<RunDraft.Wishes> WISHES = Shape.object(body -> new RunDraft.Wishes(
            Optional.ofNullable(body.<Quantity>optional("cpu", Shape.CPU)),
            Optional.ofNullable(body.<Quantity>optional("memory", Shape.BYTES)),
            Optional.ofNullable(body.<Quantity>optional("ephemeralStorage", Shape.BYTES)),
            Optional.ofNullable(body.<Integer>optional("pids", Shape.number(1, 65_536))),
            Optional.ofNullable(body.<Integer>optional("gpu", Shape.number(0, 64)))));
    private static final Shape<List<ErrorClass>> ERROR_CLASSES = Shape.list(
                    0, 5, Shape.oneOf(List.of(ErrorClass.values()), ErrorClass::word))
            .distinct();
    private static final Shape<Retry> RETRY = Shape.object(body -> new Retry(
            body.optional("maxAttempts", Shape.number(1, Retry.MOST_ATTEMPTS), 1),
            Set.copyOf(body.optional("on", ERROR_CLASSES, List.of()))));

    private RunRequests() {}

    private static RunDraft draft(Members body) {
        var kind = body.required("kind", KIND);
        var inputs = body.optional("inputs", Shape.list(0, 64, INPUT).distinctNames(), List.<RunDraft.Input>of());
        return new RunDraft(
                kind,
                body.required("code", CODE),
                body.required("environmentLock", Shape.id("lck")),
                inputs,
                body.required("command", Shape.list(1, 256, Shape.text(0, 4096))),
                body.optional("parameters", parameters(), Map.of()),
                body.optional("seed", Shape.whole(0, Json.MAX_WHOLE), 0L),
                body.optional("resources", WISHES, NO_WISHES),
                body.optional("networkClass", Shape.WORD, "none"),
                body.optional("retry", RETRY, new Retry(1, Set.of())),
                body.optional("timeoutSeconds", Shape.number(1, MAX_TIMEOUT_SECONDS), DEFAULT_TIMEOUT_SECONDS),
                body.optional("priority", Shape.number(0, 100), DEFAULT_PRIORITY),
                body.optional("tags", Shape.TAGS, List.of()),
                body.<Name>optional("experiment", Shape.NAME));
    }

    private static Shape<Map<String, String>> parameters() {
        return Shape.map(
                256, PARAMETER, "1 to 63 of A-Z a-z 0-9 _ . -, starting with a letter or _", Shape.text(0, 4096));
    }

    private static RunDraft.Code code(Members body) {
        if (body.has("commit") == body.has("ref")) {
            body.place().invalid("Name either a commit or a ref.");
        }
        return new RunDraft.Code(
                body.required(
                        "repository",
                        Shape.of(
                                "https://, ssh:// or file:// and at most 2048 characters, without a password",
                                () -> "file:///x",
                                RunRequests::repository)),
                body.optional(
                        "commit",
                        Shape.matching(
                                Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}"),
                                "a full commit id: 40 or 64 lower-case hex digits")),
                body.optional("ref", Shape.text(1, 255)),
                body.optional(
                        "path",
                        Shape.of(
                                "a relative path of at most 512 characters without . and ..",
                                () -> "x",
                                RunRequests::path)));
    }

    private static String repository(String text) {
        var user = URI.create(text).getRawUserInfo();
        var authority = URI.create(text).getRawAuthority();
        var hasHiddenUser = user == null && authority != null && authority.contains("@");
        var isUserAllowed = text.startsWith("ssh:") && user != null && !user.contains(":");
        if (!REPOSITORY.matcher(text).matches()
                || text.length() > MAX_REPOSITORY
                || hasHiddenUser
                || (user != null && !isUserAllowed)) {
            throw new IllegalArgumentException("not a repository");
        }
        return text;
    }

    private static String path(String text) {
        if (text.isEmpty() || text.codePointCount(0, text.length()) > 512) {
            throw new IllegalArgumentException("wrong length");
        }
        for (var name : text.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException("not a plain path");
            }
        }
        return text;
    }
}
