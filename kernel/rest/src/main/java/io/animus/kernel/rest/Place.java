package io.animus.kernel.rest;

import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violations;

/** Where in a body something is, and where to note what is wrong with it. */
record Place(String pointer, Violations problems) {

    /** The member with this name of the object that is here. */
    Place member(String name) {
        return new Place(pointer + "/" + name.replace("~", "~0").replace("/", "~1"), problems);
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
