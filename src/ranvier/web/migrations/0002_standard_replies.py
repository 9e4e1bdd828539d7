"""The three standard replies of issue 7, for editors to change."""

from django.db import migrations

REPLIES = (
    (
        "second-opinion",
        "Asks for a second opinion or a personal dose",
        "Thank you for writing. What you ask depends on you as a person: on an examination, on your test results, on your "
        "other illnesses. A column cannot see those, so it must not advise one person on a dose, on stopping, or on whether "
        "a diagnosis is right. Please put this question to your own neurologist. You may always ask for a second opinion; "
        "a centre for neuromuscular disease is the right place for it. Please do not change your treatment before that talk.",
    ),
    (
        "emergency",
        "Describes an emergency",
        "What you describe may need help now, and a column is the wrong place for it. Please call your emergency number or "
        "go to the nearest emergency department, and say that you have, or may have, a disease of nerves or muscles. "
        "Please do not wait for an answer from us.",
    ),
    (
        "out-of-scope",
        "Is about something else",
        "Thank you for writing. This column is about one rare illness, multifocal motor neuropathy, and those who write for "
        "it are not the right people for your question. Your family doctor can tell you who is. We wish you well.",
    ),
)


def add(apps, schema_editor):
    reply = apps.get_model("desk", "StandardReply")
    for key, title, text in REPLIES:
        reply.objects.get_or_create(key=key, defaults={"title": title, "text": text})


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
