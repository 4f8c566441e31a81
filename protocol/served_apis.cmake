# add_served_apis(TARGET HANDLER.cc…): adds to TARGET the table of the APIs that have a handler file
# NN_name.cc. Include it as "broker/gen/served_apis.h". A handler whose number or name is no API's
# stops the build.
set_property(GLOBAL PROPERTY barnabas_message_schemas ${schemas})

function(add_served_apis target)
    get_property(schemas GLOBAL PROPERTY barnabas_message_schemas)
    set(directory ${CMAKE_BINARY_DIR}/broker/gen)
    add_custom_command(
        OUTPUT ${directory}/served_apis.stamp
        BYPRODUCTS ${directory}/served_apis.h ${directory}/served_apis.cc
        COMMAND schemac served ${directory} ${schemas} -- ${ARGN}
        COMMAND ${CMAKE_COMMAND} -E touch ${directory}/served_apis.stamp
        DEPENDS schemac ${schemas}
        COMMENT "Listing the served APIs"
        VERBATIM)
    add_custom_target(${target}_served_apis DEPENDS ${directory}/served_apis.stamp)
    add_dependencies(${target} ${target}_served_apis)
    target_sources(${target} PRIVATE ${directory}/served_apis.cc)
    set_source_files_properties(${directory}/served_apis.cc PROPERTIES GENERATED ON)
endfunction()
