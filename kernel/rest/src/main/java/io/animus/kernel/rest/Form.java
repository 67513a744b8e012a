package io.animus.kernel.rest;

import io.animus.kernel.core.Once;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the outcome of a change is answered.
 *
 * @param view shows it now
 * @param remembered shows it to a replay: without secrets and signed URLs
 * @param statusOf 200 or 201
 * @param locationOf path of what was created, or null
 */
record Form<T>(
        View<T> view,
        View<T> remembered,
        Function<T, Response.Status> statusOf,
        Function<T, @Nullable String> locationOf) {

    /** 201, with the path of what was created. */
    static <T> Form<T> created(View<T> view, Function<T, String> location) {
        return new Form<>(view, view, value -> Response.Status.CREATED, location::apply);
    }

    /** 200. */
    static <T> Form<T> changed(View<T> view) {
        return new Form<>(view, view, value -> Response.Status.OK, value -> null);
    }

    Form<T> rememberedAs(View<T> other) {
        return new Form<>(view, other, statusOf, locationOf);
    }

    Response.Status status(T value) {
        return statusOf.apply(value);
    }

    @Nullable String location(T value) {
        return locationOf.apply(value);
    }

    JsonOutput.Written written(T value) {
        return JsonOutput.write(output -> view.write(output, value));
    }

    /** What is to be remembered. */
    Once.Rendered rendered(T value) {
        var body = JsonOutput.write(output -> remembered.write(output, value)).body();
        return new Once.Rendered(status(value).getStatusCode(), body, location(value));
    }
}
