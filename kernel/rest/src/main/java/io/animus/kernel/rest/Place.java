package io.animus.kernel.rest;

import io.animus.api.types.Json;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violations;

/** Where in a body something is, and where to note what is wrong with it. */
record Place(String pointer, Violations problems) {
    private static final int LONGEST_NAME = 255;

    /** The member with this name of the object that is here; of a name that no rule allows, only as much as shows which. */
    Place member(String name) {
        var shown = shortened(name, LONGEST_NAME).replace("~", "~0").replace("/", "~1");
        return new Place(pointer + "/" + shown, problems);
    }

    /** At most so many characters of what somebody sent, fit to be shown. */
    static String shortened(String text, int most) {
        var isShort = text.codePointCount(0, text.length()) <= most;
        return Json.clean(isShort ? text : text.substring(0, text.offsetByCodePoints(0, most)) + "…")
                .value();
    }

    /** An item of the array that is here. */
    Place item(int index) {
        return new Place(pointer + "/" + index, problems);
    }

    /** The same place, where nothing is noted. */
    Place muted() {
        return new Place(pointer, new Violations());
    }

    void note(ProblemCode code, String detail) {
        problems.add(pointer, code, detail);
    }

    void wrongType(String wanted) {
        note(ProblemCode.WRONG_TYPE, "It must be " + wanted + ".");
    }

    void invalid(String detail) {
        note(ProblemCode.INVALID_VALUE, detail);
    }
}
