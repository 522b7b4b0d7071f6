"""Mutants that change requests on their way, or tell too much."""

from tests.mutants.haproxy import cfg, in_v1
from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "path-rewritten",
        "the path is replaced on its way",
        in_v1("http-request set-path /garbage"),
        (
            "fidelity: The target *",
            "fidelity: A posted order *",
            "fidelity: POST with no body *",
            "fidelity: POST with an empty body *",
        ),
        ("fidelity: *", "stats: The figures count errors *"),
    ),
    Mutant(
        "path-normalised",
        "the path is cleaned on its way",
        in_v1("http-request set-path %[path,regsub(//+,/,g)]"),
        ('fidelity: The target "/api/v1//double" *',),
    ),
    Mutant(
        "query-dropped",
        "the query is dropped",
        in_v1("http-request set-uri %[path]"),
        ('fidelity: The target "/api/v1[?]*',),
    ),
    Mutant(
        "credentials-stripped",
        "Authorization is removed",
        in_v1("http-request del-header Authorization"),
        ("fidelity: Headers arrive unchanged: credentials",),
    ),
    Mutant(
        "headers-merged",
        "a repeated header keeps its last value only",
        in_v1("http-request set-header X-Tag %[req.hdr(X-Tag)] if { req.hdr(X-Tag) -m found }"),
        ("fidelity: Headers arrive unchanged: repeated headers",),
    ),
    Mutant(
        "host-changed",
        "the primary gets another Host",
        in_v1("http-request set-header Host primary"),
        ("fidelity: Headers arrive unchanged: a host of its own",),
        ("fidelity: *",),
    ),
    Mutant(
        "long-header-cut",
        "a long header is cut",
        in_v1(
            "http-request set-header X-Long %[req.hdr(X-Long),bytes(0,1024)]"
            " if { req.hdr(X-Long) -m found }"
        ),
        ("fidelity: Headers arrive unchanged: a header of 4 KB",),
    ),
    Mutant(
        "odd-header-removed",
        "a header with an odd name is removed",
        in_v1("http-request del-header X_Underscore"),
        ("fidelity: Headers arrive unchanged: unusual headers",),
    ),
    Mutant(
        "numbered-header-removed",
        "one of many headers is removed",
        in_v1("http-request del-header X-Number-39"),
        ("fidelity: Headers arrive unchanged: forty headers",),
    ),
    Mutant(
        "method-changed",
        "what is neither GET nor POST becomes POST",
        in_v1("http-request set-method POST if !{ method GET POST }"),
        (
            "fidelity: * stays *",
            "fidelity: PATCH *",
            "fidelity: PURGE *",
            "fidelity: PUT with every byte value *",
            "fidelity: DELETE with every byte value *",
        ),
        ("fidelity: * byte for byte",),
    ),
    Mutant(
        "id-replaced",
        "a request's own id is replaced",
        cfg(
            "set-header X-Request-Id %[uuid()] unless { req.hdr(X-Request-Id) -m found }",
            "set-header X-Request-Id %[uuid()]",
        ),
        ("fidelity: A request's own id is kept",),
        ("*",),
    ),
    Mutant(
        "id-not-unique",
        "every request without an id gets the same one",
        cfg("X-Request-Id %[uuid()]", "X-Request-Id none"),
        ("fidelity: A request without an id *",),
    ),
    Mutant(
        "address-believed",
        "the client's claim of its address is passed on",
        cfg("http-request set-header X-Forwarded-For", "http-request add-header X-Forwarded-For"),
        ("fidelity: The primary learns the client's address *",),
    ),
    Mutant(
        "software-told",
        "answers name the software",
        cfg(
            "http-after-response del-header Server", "http-after-response set-header Server HAProxy"
        ),
        ("fidelity: Nothing in an answer *",),
    ),
)
