"""Exports and templates of other products, with the same two people in each; `docs/lists.md` says how each is known."""

EXPORTS = {
    "Google Workspace, bulk upload": (
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],"
        "Password Hash Function [UPLOAD ONLY],Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Recovery Email,"
        "Home Secondary Email,Work Secondary Email,Recovery Phone [MUST BE IN THE E.164 FORMAT],Work Phone,Home Phone,Mobile Phone,"
        "Work Address,Home Address,Employee ID,Employee Type,Employee Title,Manager Email,Department,Cost Center,Building ID,"
        "Floor Name,Floor Section,Change Password at Next Sign-In,New Status [UPLOAD ONLY],"
        "Advanced Protection Program enrollment\n"
        "Nadia,Brandt,nadia@first.com,S3cret!pw,,/Sales,,n@private.example,,,,+49 30 1,,,,,7,,CEO,boss@first.com,Sales,,,,,TRUE,,FALSE\n"
        "Per,Olsson,per.o@second.net,S3cret!pw,,/,,,,,,,,,,,,,,,,,,,,FALSE,,FALSE"
    ),
    "Google Workspace, Download users": (
        "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],Last Sign In [READ ONLY],"
        "Email Usage [READ ONLY],Org Unit Path [Required],2sv Enrolled [READ ONLY],Licenses [READ ONLY]\n"
        "Nadia,Brandt,nadia@first.com,Active,2026/11/01 08:00:00,1.2GB,/Sales,True,Google Workspace Business Starter\n"
        "Per,Olsson,per.o@second.net,Suspended,Never logged in,0.0GB,/,False,"
    ),
    "Microsoft 365, bulk template": (
        "Username,First name,Last name,Display name,Job title,Department,Office number,Office phone,Mobile phone,Fax,"
        "Alternate email address,Address,City,State or province,ZIP or postal code,Country or region\n"
        "nadia@first.com,Nadia,Brandt,Nadia Brandt,CEO,Sales,1,555-1,555-2,,n@private.example,1 Way,Berlin,,10115,Germany\n"
        "per.o@second.net,Per,Olsson,Per Olsson,,,,,,,,,,,,"
    ),
    "Microsoft 365, export of users": (
        '"Block credential","City","Country","Department","Display name","First name","Last name","Licenses","Mobile Phone",'
        '"Proxy addresses","State","Title","Usage location","User principal name","When created"\n'
        '"False","Berlin","Germany","Sales","Nadia Brandt","Nadia","Brandt","Microsoft 365 Business Basic","",'
        '"SMTP:nadia@first.com+smtp:n.brandt@first.com","","CEO","DE","nadia@first.com","2026-01-01 10:00:00Z"\n'
        '"False","","","","Per Olsson","Per","Olsson","","","SMTP:per.o@second.net","","","SE","per.o@second.net","2026-01-01"'
    ),
    "Microsoft Exchange, a list of a shell": (
        '#TYPE Selected.Microsoft.Exchange.Data\n"DisplayName","PrimarySmtpAddress","RecipientTypeDetails"\n'
        '"Nadia Brandt","nadia@first.com","UserMailbox"\n"Per Olsson","per.o@second.net","SharedMailbox"'
    ),
    "Reply.io": (
        "Email,Sender name,SMTP host,SMTP port,SMTP password,IMAP host,IMAP port,IMAP password,Daily limit\n"
        "nadia@first.com,Nadia Brandt,smtp.x.example,465,S3cret!pw,imap.x.example,993,S3cret!pw,50\n"
        "per.o@second.net,Per Olsson,smtp.x.example,465,S3cret!pw,imap.x.example,993,S3cret!pw,50"
    ),
    "lemlist": (
        "sender_name,sender_email,smtp_host,smtp_port,smtp_login,smtp_password,imap_host,imap_port,imap_login,imap_password\n"
        "Nadia Brandt,nadia@first.com,smtp.x.example,587,nadia@first.com,S3cret!pw,imap.x.example,993,nadia@first.com,S3cret!pw\n"
        "Per Olsson,per.o@second.net,smtp.x.example,587,per.o@second.net,S3cret!pw,imap.x.example,993,per.o@second.net,S3cret!pw"
    ),
    "Instantly": (
        "Email,First Name,Last Name,IMAP Username,IMAP Password,IMAP Host,IMAP Port,SMTP Username,SMTP Password,SMTP Host,"
        "SMTP Port,Daily Limit,Warmup Enabled,Warmup Limit,Warmup Increment\n"
        "nadia@first.com,Nadia,Brandt,nadia@first.com,S3cret!pw,imap.x.example,993,nadia@first.com,S3cret!pw,smtp.x.example,465,30,TRUE,10,1\n"
        "per.o@second.net,Per,Olsson,per.o@second.net,S3cret!pw,imap.x.example,993,per.o@second.net,S3cret!pw,smtp.x.example,465,30,TRUE,10,1"
    ),
    "Smartlead": (
        "from_name,from_email,user_name,password,smtp_host,smtp_port,imap_host,imap_port,max_email_per_day,custom_tracking_url,"
        "bcc,signature,warmup_enabled,total_warmup_per_day,daily_rampup,reply_rate_percentage,different_reply_to_address\n"
        'Nadia Brandt,nadia@first.com,nadia@first.com,S3cret!pw,smtp.x.example,465,imap.x.example,993,30,,,"<p>Best,</p>\n'
        '<p>Nadia</p>",TRUE,40,5,20,\n'
        "Per Olsson,per.o@second.net,per.o@second.net,S3cret!pw,smtp.x.example,465,imap.x.example,993,30,,,,TRUE,40,5,20,"
    ),
    "Woodpecker": (
        "SMTP_EMAIL,SMTP_LOGIN,SMTP_PASSWORD,SMTP_SERVER,SMTP_PORT,SMTP_FROM_NAME,IMAP_EMAIL,IMAP_PASSWORD\n"
        "nadia@first.com,nadia@first.com,S3cret!pw,smtp.x.example,465,Nadia Brandt,nadia@first.com,S3cret!pw\n"
        "per.o@second.net,per.o@second.net,S3cret!pw,smtp.x.example,465,Per Olsson,per.o@second.net,S3cret!pw"
    ),
    "Snov.io": (
        "From email,From name,SMTP host,SMTP port,Username,Password\n"
        "nadia@first.com,Nadia Brandt,smtp.x.example,465,nadia@first.com,S3cret!pw\n"
        "per.o@second.net,Per Olsson,smtp.x.example,465,per.o@second.net,S3cret!pw"
    ),
    "EmailBison": (
        "Name,Email,Password,IMAP Server,IMAP Port,SMTP Server,SMTP Port,Daily Limit\n"
        "Nadia Brandt,nadia@first.com,S3cret!pw,imap.x.example,993,smtp.x.example,465,30\n"
        "Per Olsson,per.o@second.net,S3cret!pw,imap.x.example,993,smtp.x.example,465,30"
    ),
}  # fmt: skip
