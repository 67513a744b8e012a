package io.animus.kernel.domain.run;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Resources;
import java.util.List;
import java.util.Map;

/**
 * Everything that influences the result of a run, frozen, with every default filled in. The same inputs give the same
 * spec and so the same digest, byte for byte.
 *
 * @param command arguments to the image's entry point
 * @param parameters handed to the program as JSON in the variable {@code ANIMUS_PARAMETERS}
 * @param seed handed to the program in the variable {@code ANIMUS_SEED}; 0 to 2^53 − 1
 * @param networkClass {@code none} for no network
 * @param timeoutSeconds from the start of an attempt until it is ended
 */
public record RunSpec(
        RunKind kind,
        CodeRef code,
        RunEnvironment environment,
        List<RunInput> inputs,
        List<String> command,
        Map<String, String> parameters,
        long seed,
        Resources resources,
        String networkClass,
        Retry retry,
        int timeoutSeconds) {
    public RunSpec {
        inputs = List.copyOf(inputs);
        command = List.copyOf(command);
        parameters = Map.copyOf(parameters);
    }

    /** Reads what {@link #toJson} wrote. */
    public static RunSpec of(Json json) {
        var members = new JsonMembers(json);
        return new RunSpec(
                RunKind.of(members.text("kind")),
                CodeRef.of(members.required("code")),
                RunEnvironment.of(members.required("environment")),
                members.list("inputs", RunInput::of),
                members.texts("command"),
                ((Json.Members) members.required("parameters"))
                        .members().entrySet().stream()
                                .collect(toUnmodifiableMap(
                                        Map.Entry::getKey, parameter -> ((Json.Text) parameter.getValue()).value())),
                members.whole("seed"),
                Resources.of(members.required("resources")),
                members.text("networkClass"),
                Retry.of(members.required("retry")),
                members.integer("timeoutSeconds"));
    }

    /** As the API shows it; its canonical form is what {@link #digest} covers. */
    public Json.Members toJson() {
        return Json.object()
                .put("kind", kind.word())
                .put("code", code.toJson())
                .put("environment", environment.toJson())
                .put("inputs", Json.array(inputs.stream().map(RunInput::toJson).toList()))
                .put("command", Json.texts(command))
                .put("parameters", parametersJson())
                .put("seed", seed)
                .put("resources", resources.toJson())
                .put("networkClass", networkClass)
                .put("retry", retry.toJson())
                .put("timeoutSeconds", timeoutSeconds)
                .build();
    }

    /** The parameters as an object of strings. */
    public Json.Members parametersJson() {
        var object = Json.object();
        parameters.forEach(object::put);
        return object.build();
    }

    /** Names this spec and no other. */
    public Digest digest() {
        return toJson().digest();
    }
}
