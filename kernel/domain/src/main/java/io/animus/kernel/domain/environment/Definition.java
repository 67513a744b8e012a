package io.animus.kernel.domain.environment;

import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Resources;
import java.util.List;

/**
 * What a version of an environment says.
 *
 * @param baseImages by tag or digest; only a lock fixes them
 * @param resourceDefaults what a run gets that doesn't ask
 * @param resourceLimits the most that a run may ask for
 * @param networkClass the one that its runs may ask for besides {@link #NO_NETWORK}
 */
public record Definition(
        List<String> baseImages,
        Resources resourceDefaults,
        Resources resourceLimits,
        List<Name> accelerators,
        String networkClass,
        List<Name> secretClasses) {
    /** The network class of what reaches nothing. */
    public static final String NO_NETWORK = "none";

    public Definition {
        baseImages = List.copyOf(baseImages);
        accelerators = List.copyOf(accelerators);
        secretClasses = List.copyOf(secretClasses);
    }

    /** Reads what {@link #toJson} wrote. */
    public static Definition of(Json json) {
        var members = new JsonMembers(json);
        return new Definition(
                members.texts("baseImages"),
                Resources.of(members.required("resourceDefaults")),
                Resources.of(members.required("resourceLimits")),
                names(members, "accelerators"),
                members.text("networkClass"),
                names(members, "secretClasses"));
    }

    /** As the API shows it. */
    public Json.Members toJson() {
        return Json.object()
                .put("baseImages", Json.texts(baseImages))
                .put("resourceDefaults", resourceDefaults.toJson())
                .put("resourceLimits", resourceLimits.toJson())
                .put("accelerators", texts(accelerators))
                .put("networkClass", networkClass)
                .put("secretClasses", texts(secretClasses))
                .build();
    }

    private static List<Name> names(JsonMembers members, String member) {
        return members.texts(member).stream().map(Name::new).toList();
    }

    private static Json texts(List<Name> names) {
        return Json.texts(names.stream().map(Name::value).toList());
    }
}
